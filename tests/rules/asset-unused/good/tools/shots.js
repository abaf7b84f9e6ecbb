shoot(n => `img/page-${n}.png`)
