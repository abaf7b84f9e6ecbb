# 大模型图谱。`make help` 列出全部命令。
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help site deploy-files serve bundle pdf epub test lint format bench lock sbom links audit clean install install-test

# Runs a script with the first Python that is new enough.
define python
@for python in $(PYTHON); do \
  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exec "$$python" $(1); fi; \
done; \
echo '需要 Python 3.11 或更新，没有找到（试过 $(PYTHON)）：安装后再运行一次，或用 make PYTHON=/路径/python3.12 … 指定。' >&2; exit 1
endef

help: ## 列出全部命令
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install:
	$(call python,scripts/bootstrap.py site)

install-test:
	$(call python,scripts/bootstrap.py test)

site: install ## 安装、检查并构建 site/
	@$(BIN)/atlas build

deploy-files: install ## 构建 site/，并预先压缩好，供 nginx、Caddy 发布
	@$(BIN)/atlas build --compress

serve: install ## 本地预览，保存即刷新
	@$(BIN)/atlas serve

bundle: install ## 打离线包到 dist/
	@$(BIN)/atlas bundle

pdf: install-test ## 把全书印成 PDF 到 dist/（要 Chromium 和中文字体，会装好）
	@ATLAS_CHROMIUM="$$(cat .cache/chromium)" $(BIN)/atlas pdf

epub: install ## 把全书做成 EPUB 到 dist/
	@$(BIN)/atlas epub

test: install-test ## 安装全部依赖（含浏览器）并运行测试
	@ATLAS_CHROMIUM="$$(cat .cache/chromium)" $(BIN)/python -m pytest

lint: install-test ## 代码风格、类型、工作流、公布过的地址，中英文之间的空格与标点
	@$(BIN)/ruff check scripts tests
	@$(BIN)/ruff format --check scripts tests
	@$(BIN)/mypy
	@$(BIN)/zizmor --offline --no-progress --quiet .github
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/actionlint
	@$(BIN)/python scripts/addresses.py --check
	@$(BIN)/python scripts/typography.py

format: install-test ## 改好 lint 能改好的
	@$(BIN)/ruff check --fix scripts tests
	@$(BIN)/ruff format scripts tests
	@$(BIN)/python scripts/typography.py --fix

bench: install-test ## 测量：重量和速度与原样的 Material 比，Lighthouse，nginx 每秒多少次，画一张图，检查一个大网站，搜一次
	@ATLAS_CHROMIUM="$$(cat .cache/chromium)" $(BIN)/python scripts/bench.py
	@ATLAS_CHROMIUM="$$(cat .cache/chromium)" $(BIN)/python scripts/bench_lighthouse.py
	@$(BIN)/python scripts/bench_load.py
	@ATLAS_CHROMIUM="$$(cat .cache/chromium)" $(BIN)/python scripts/bench_diagrams.py
	@$(BIN)/python scripts/bench_site.py
	@ATLAS_CHROMIUM="$$(cat .cache/chromium)" $(BIN)/python scripts/bench_search.py

lock: install-test ## 更新锁文件
	@$(BIN)/python scripts/lock.py

sbom: install-test ## 依赖清单（CycloneDX）写到 dist/
	@$(BIN)/python scripts/sbom.py

links: install-test site ## 打不开的外部链接，要联网
	@$(BIN)/python scripts/upkeep.py links

audit: install-test ## 依赖的已知漏洞，要联网
	@$(BIN)/python scripts/upkeep.py audit

clean: ## 删除构建结果与环境
	rm -rf site dist .venv node_modules .cache
