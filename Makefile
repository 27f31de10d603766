# assay: build, demo, tests. `make help` lists what can be made.

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=

# Variants live beside each other: make BUILD=build/asan SANITIZE=address,undefined
BUILD    ?= build
SANITIZE ?=

CC     ?= cc
CSTD   := -std=gnu11
OPT    ?= -O2
WARN   := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wmissing-prototypes \
          -Wstrict-prototypes -Wformat=2 -Wno-format-nonliteral -Werror
SANFLAGS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
LUA_CFLAGS := -I/usr/include/lua5.4
# GLib keeps a header of its own per machine; as system headers, for they do not hold to our warnings.
GLIB_CFLAGS := -isystem /usr/include/glib-2.0 \
               -isystem /usr/lib/$(shell $(CC) -print-multiarch)/glib-2.0/include
CPPFLAGS := -D_GNU_SOURCE -DASSAY_VERSION='"$(VERSION)"' \
            -Icore/include $(LUA_CFLAGS) $(GLIB_CFLAGS)
CFLAGS := $(CSTD) $(OPT) -g $(WARN) -fPIC -fvisibility=hidden -pthread $(SANFLAGS)
LDFLAGS := -pthread $(SANFLAGS)
LDLIBS := -l:liblua5.4.a -lsqlite3 -luv -ljson-c -lmd -lglib-2.0 -lz -lmicrohttpd -lsystemd -lcurl -lgnutls -ldl -lm

ROOMS := base data lang eval store run embed serve
LIB_SRC := $(foreach r,$(ROOMS),$(wildcard core/$r/*.c))
CLI_SRC := $(wildcard core/cli/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/obj/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(BUILD)/obj/%.o)
PLUGINS := $(patsubst plugins/%/,%,$(wildcard plugins/*/))
PLUGIN_SO := $(PLUGINS:%=$(BUILD)/plugins/%.so)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)

# The library for other programs. Debian's static Lua is not position-independent: the shared one it is.
EMBED_OBJ := $(filter-out $(BUILD)/obj/core/serve/%,$(LIB_OBJ))
SHARED := $(BUILD)/libassay.so.$(VERSION)
STATIC := $(BUILD)/static/libassay.a
EMBED_LIBS := -llua5.4 -lsqlite3 -luv -ljson-c -lmd -lglib-2.0 -lm -ldl
EMBED_LDFLAGS := -Wl,-soname,libassay.so.0 -Wl,--version-script=core/embed/libassay.map -Wl,--as-needed \
                 $(if $(SANITIZE),,-Wl,--no-undefined)
OBJCOPY ?= objcopy

# What `make` needs; what `make test` needs beside it.
PACKAGES := gcc make liblua5.4-dev libsqlite3-dev libuv1-dev libjson-c-dev libmd-dev \
            libxxhash-dev zlib1g-dev libmicrohttpd-dev libsystemd-dev \
            libcurl4-gnutls-dev libgnutls28-dev libglib2.0-dev tzdata
TEST_PACKAGES := libcmocka-dev lua-check clang-tidy clang-format cppcheck sqlite3 pkg-config python3 \
                 python3-croniter python3-aiosmtpd openssl

# V=1 shows the commands.
Q := $(if $(V),,@)

.PHONY: all
all: $(BUILD)/assay $(PLUGIN_SO) $(SHARED)

$(BUILD)/assay: $(CLI_OBJ) $(BUILD)/libassay.a
	@echo '  LINK   $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $(CLI_OBJ) $(BUILD)/libassay.a $(LDLIBS)

$(BUILD)/libassay.a: $(LIB_OBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# ---- the library that other programs use: shared, and as one object whose inside is closed ----

$(SHARED): $(EMBED_OBJ) core/embed/libassay.map
	@echo '  SHARED $@'
	$(Q)$(CC) -shared $(LDFLAGS) $(EMBED_LDFLAGS) -o $@ $(EMBED_OBJ) $(EMBED_LIBS)
	$(Q)ln -sf $(@F) $(BUILD)/libassay.so.0
	$(Q)ln -sf $(@F) $(BUILD)/libassay.so

$(STATIC): $(EMBED_OBJ)
	@mkdir -p $(@D)
	@echo '  STATIC $@'
	$(Q)$(LD) -r -o $(@D)/libassay.o $(EMBED_OBJ)
	$(Q)$(OBJCOPY) --localize-hidden $(@D)/libassay.o
	@rm -f $@
	$(Q)$(AR) rcs $@ $(@D)/libassay.o

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo '  CC     $<'
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/core/cli/new_files.o: $(wildcard core/cli/new/*)
$(BUILD)/obj/core/serve/openapi.o: core/serve/openapi.json
$(BUILD)/obj/core/cli/editor_words.o: core/cli/editor/words.lua

# A plugin is one folder: all its .c files and nothing of the core but the public headers.
.SECONDEXPANSION:
$(BUILD)/plugins/%.so: $$(wildcard plugins/%/*.c) $$(wildcard plugins/%/*.h) $$(wildcard core/include/assay/*.h) Makefile
	@mkdir -p $(@D)
	@echo '  PLUGIN $@'
	$(Q)$(CC) -D_GNU_SOURCE -DASSAY_VERSION='"$(VERSION)"' -Icore/include $(CFLAGS) -O3 -fvisibility=hidden -shared -o $@ \
	  $(filter %.c,$^) $(PLUGIN_LIBS_$*)
PLUGIN_LIBS_csv := -lz
PLUGIN_LIBS_sqlite := -lsqlite3

$(BUILD)/tests/%: tests/unit/%.c $(BUILD)/libassay.a
	@mkdir -p $(@D)
	@echo '  TEST   $@'
	$(Q)$(CC) $(CPPFLAGS) -DBUILD_DIR='"$(BUILD)"' $(CFLAGS) -Icore -MMD -MP -o $@ $< $(LDFLAGS) $(BUILD)/libassay.a -lcmocka $(LDLIBS)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT_BIN:=.d)

.PHONY: deps test-deps
deps:
	@tests/tools/packages.sh $(PACKAGES)
test-deps:
	@tests/tools/packages.sh $(PACKAGES) $(TEST_PACKAGES)

.PHONY: unit
unit: all $(UNIT_BIN)

.PHONY: asan tsan
asan:
	$(MAKE) BUILD=build/asan SANITIZE=address,undefined OPT=-O1 unit
tsan:
	$(MAKE) BUILD=build/tsan SANITIZE=thread OPT=-O1 unit

# ---- the two commands ----

.PHONY: demo test
demo: deps
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@tests/tools/demo.sh $(BUILD)

test: test-deps
	@tests/run.sh

# ---- proofs and measurements ----

.PHONY: prove bench
prove: test-deps
	@tests/tools/packages.sh lua5.4
	@tests/prove.sh
bench: test-deps
	@tests/tools/packages.sh lua5.4
	@tests/bench/run.sh

# ---- the look of the code ----

C_FILES = $(shell git ls-files '*.c' '*.h')

.PHONY: lint format
lint: test-deps
	@tests/lint.sh
format:
	clang-format -i $(C_FILES)

# ---- installing ----

bindir     = $(DESTDIR)$(PREFIX)/bin
libdir     = $(DESTDIR)$(PREFIX)/lib
plugindir  = $(libdir)/assay/plugins
includedir = $(DESTDIR)$(PREFIX)/include
sharedir   = $(DESTDIR)$(PREFIX)/share
unitdir    = $(DESTDIR)$(PREFIX)/lib/systemd/system

.PHONY: install uninstall
install: all $(STATIC)
	install -d $(bindir) $(plugindir) $(includedir)/assay $(libdir)/pkgconfig $(sharedir)/man/man1 \
	  $(sharedir)/assay $(sharedir)/bash-completion/completions $(sharedir)/zsh/site-functions
	install -m 755 $(BUILD)/assay $(bindir)/assay
	install -m 644 $(PLUGIN_SO) $(plugindir)
	install -m 644 core/include/assay/*.h $(includedir)/assay
	install -m 644 $(SHARED) $(libdir)/libassay.so.$(VERSION)
	ln -sf libassay.so.$(VERSION) $(libdir)/libassay.so.0
	ln -sf libassay.so.0 $(libdir)/libassay.so
	install -m 644 $(STATIC) $(libdir)/libassay.a
	install -m 644 core/cli/assay.1 $(sharedir)/man/man1/assay.1
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' core/assay.pc.in > $(libdir)/pkgconfig/assay.pc
	$(BUILD)/assay completion bash > $(sharedir)/bash-completion/completions/assay
	$(BUILD)/assay completion zsh > $(sharedir)/zsh/site-functions/_assay
	install -d $(unitdir) $(sharedir)/doc/assay
	sed 's|@PREFIX@|$(PREFIX)|' core/serve/assay.service.in > $(unitdir)/assay.service
	install -m 644 core/serve/assay.socket $(unitdir)/assay.socket
	install -m 644 core/SERVING.md $(sharedir)/doc/assay/SERVING.md
	cp -R rules $(sharedir)/assay/

# Takes out what install put in, and a folder only when nothing else is in it.
uninstall:
	rm -f $(unitdir)/assay.service $(unitdir)/assay.socket $(sharedir)/doc/assay/SERVING.md
	rm -f $(bindir)/assay $(libdir)/libassay.a $(libdir)/libassay.so $(libdir)/libassay.so.0 \
	  $(libdir)/libassay.so.$(VERSION) $(sharedir)/man/man1/assay.1 $(libdir)/pkgconfig/assay.pc \
	  $(sharedir)/bash-completion/completions/assay $(sharedir)/zsh/site-functions/_assay \
	  $(PLUGINS:%=$(plugindir)/%.so) $(patsubst core/include/%,$(includedir)/%,$(wildcard core/include/assay/*.h))
	cd rules && find . -type f -exec rm -f $(abspath $(sharedir))/assay/rules/{} \;
	-find $(sharedir)/assay $(sharedir)/doc/assay $(libdir)/assay $(includedir)/assay -depth -type d -empty -delete 2>/dev/null

.PHONY: clean
clean:
	rm -rf build

.PHONY: help
help:
	@echo 'assay - grades customers: class, follow-up and credit limit, each with its reasons'
	@echo
	@echo '  make demo       install what is missing, build, grade the sample customers, show the result'
	@echo '  make test       install what is missing, build, run every test (under 15 minutes)'
	@echo
	@echo '  make            build build/assay and build/plugins/*.so; they work in place'
	@echo '  make install    into PREFIX ($(PREFIX)), below DESTDIR if set; make uninstall takes it out'
	@echo '  make bench      the benchmark: ratios to handwritten C, with the targets beside them'
	@echo '  make prove      the long proofs (ten minutes); the figures go to tests/PROOF.md'
	@echo '  make asan tsan  the unit tests built with the sanitizers, in build/asan and build/tsan'
	@echo '  make lint       clang-tidy, cppcheck, clang-format, luacheck'
	@echo '  make format     clang-format over every C file'
	@echo '  make clean      removes build/'
	@echo
	@echo 'ASSAY_NO_INSTALL=1 before demo or test: only list the Debian packages that are missing.'
