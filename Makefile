# Crosspoint. `make demo` and `make check` do everything on a bare Debian 12.
#
#   make                 build/crosspoint
#   make demo            install what is missing, build, and hear four calls
#   make SNMP=1 ...      the same with SNMP, by net-snmp's AgentX; `all` makes build/crosspoint-snmp
#   make man             build/man/crosspoint.8, crosspoint.cfg.5, from the program itself
#   make install         below PREFIX (/usr/local) and /etc, all of it below DESTDIR
#   make deb             build/crosspoint_VERSION_ARCHITECTURE.deb for this Debian; DEBFULLNAME, DEBEMAIL say whose it is
#   make check           install what tests need, then lint, unit, fuzz and system tests
#   make check-unit SAN=address|thread
#   make lint, make check-fuzz, make check-system, make bench
#   make check-dahdi     the gateway on the real card driver, in a virtual machine; LONG=1: all of it
#   make qualify         on a machine with a card and a loopback plug: tests them and writes a report

SAN ?=
# The sanitizers' builds are clang's, as the fuzz targets link one of them.
CC := $(if $(SAN),clang,gcc)
B := build$(if $(SAN),/$(SAN))
PACKAGES := libosmocore libosmovty sofia-sip-ua spandsp speexdsp jansson libpcre2-8 libpcap libssl libcrypto sqlite3 libpq radcli libsystemd libmicrohttpd libcrypt libcurl libcares
# pkg-config is asked once and only when something is compiled.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) | sed 's/-I/-isystem /g'))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(shell pkg-config --libs $(PACKAGES)))$(PKG_LIBS)

WARN := -Werror=implicit-function-declaration -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla $(if $(CI),-Werror)
# clang warns of parameters that the macros of libosmovty leave unused; gcc knows that they are not ours.
WARN += $(if $(SAN),-Wno-unused-parameter)
# Undefined behaviour is looked for with addresses: one build, one run of everything. Line tables are all that a report needs.
SANITIZERS := $(SAN:address=address,undefined)
SANFLAGS := $(if $(SAN),-fsanitize=$(SANITIZERS) -fno-omit-frame-pointer -fno-sanitize-recover=undefined -O1 -gline-tables-only)
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
CPPFLAGS := -D_GNU_SOURCE -I. -Igateway
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 $(WARN) $(CFLAGS) $(SANFLAGS) -pthread $(CPPFLAGS) $(PKG_CFLAGS)
LIBS = $(if $(SAN),-fuse-ld=lld) -lpri -ltonezone $(PKG_LIBS) -lm -pthread

# One object and the link are all that differ: with SNMP the sub-agent stands before its stand-in in the archive.
SNMP ?=
PROGRAM := $B/crosspoint$(if $(SNMP),-snmp)
SNMP_AGENT := gateway/manage/snmp/agent.c
SNMP_OBJ := $(if $(SNMP),$(SNMP_AGENT:%.c=$B/obj/%.o))
SNMP_LIBS := $(if $(SNMP),-lnetsnmpagent -lnetsnmp)

SRC := $(filter-out gateway/main.c $(SNMP_AGENT),$(wildcard gateway/*/*.c gateway/*/*/*.c drivers/*.c codecs/*.c codecs/*/*.c))
OBJ := $(SRC:%.c=$B/obj/%.o)
UNIT_SRC := $(wildcard tests/unit/*/test_*.c tests/unit/*/*/test_*.c)
UNIT := $(UNIT_SRC:tests/unit/%.c=$B/unit/%)
BENCH_SRC := $(wildcard tests/bench/*.c)
BENCH := $(BENCH_SRC:tests/bench/%.c=build/bench/%)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ := $(FUZZ_SRC:tests/fuzz/%.c=build/fuzz/%)

.DELETE_ON_ERROR:
.PHONY: all man install deb demo check check-unit check-fuzz check-system check-dahdi qualify lint format bench clean deps-build deps-demo deps-dahdi
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
Q := $(if $(V),,@)

all: $(PROGRAM)

$(PROGRAM): $B/obj/gateway/main.o $(SNMP_OBJ) $B/libcrosspoint.a
	@echo "  LINK  $@"
	$Q$(CC) $(ALL_CFLAGS) -o $@ $^ $(SNMP_LIBS) $(LIBS)

$B/libcrosspoint.a: $(OBJ)
	@echo "  AR    $@"
	$Q rm -f $@ && ar rcs $@ $^

$B/obj/gateway/main.o: ALL_CFLAGS += -DVERSION='"$(VERSION)"'
$B/obj/%.o: %.c
	@echo "  CC    $<"
	$Q mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The assembler reads these files into it.
$B/obj/gateway/manage/http/page.o: $(wildcard gateway/manage/http/page/*)

# What is tested is compiled as ever, but for the .c file that a test includes; the tests themselves, which a sanitizer
# triples, without optimising.
$B/obj/tests/unit/%.o: SANFLAGS += $(if $(SAN),-O0)

$B/unit/%: $B/obj/tests/unit/%.o $B/libcrosspoint.a
	@echo "  LINK  $@"
	$Q mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -fuse-ld=lld -o $@ $^ $(LIBS) $$(pkg-config --libs check)

build/bench/%: build/obj/tests/bench/%.o build/libcrosspoint.a
	@echo "  LINK  $@"
	$Q mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

# A fuzz target includes the .c file that it tests; the rest comes from the archive of the address build. It is clang's
# always, so that its warnings may be errors for everybody.
build/fuzz/%: tests/fuzz/%.c build/address/libcrosspoint.a
	@echo "  FUZZ  $@"
	$Q mkdir -p $(@D) && clang -std=gnu11 $(WARN) -Werror -Wno-unused-parameter -gline-tables-only -O1 -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -fuse-ld=lld \
		$(CPPFLAGS) $(PKG_CFLAGS) -pthread -MMD -MP -MF $@.d -MT $@ -o $@ $< build/address/libcrosspoint.a $(LIBS)

# Far ends that are not the gateway, on cards.
build/dahdi/%: tests/system/dahdi/%.c tests/system/dahdi/line.c tests/system/dahdi/line.h
	@echo "  CC    $@"
	$Q mkdir -p $(@D) && gcc -std=gnu11 $(WARN) -O2 -g -D_GNU_SOURCE -o $@ $(filter %.c,$^) -lpri

ifneq ($(SAN),address)
build/address/libcrosspoint.a: FORCE
	$Q$(MAKE) --no-print-directory SAN=address $@
.PHONY: FORCE
endif

ifeq ($(SAN),thread)
# What starts no thread has nothing to race with; the imports of the plain program tell. (libcurl's threads run none
# of our code.)
UNIT_PLAIN := $(UNIT_SRC:tests/unit/%.c=build/unit/%)
THREADS := pthread_create|thrd_create|MHD_start_daemon
# The archive comes first: `all`, beside this, makes it too.
check-unit: $B/libcrosspoint.a
	$Q $(MAKE) --no-print-directory SAN= $(UNIT_PLAIN)
	$Q programs=$$(nm -AD -u $(UNIT_PLAIN) | sed -nE 's,^build/([^:]*):.* ($(THREADS))(@.*)?$$,$B/\1,p' | sort -u) && \
		[ -n "$$programs" ] && $(MAKE) --no-print-directory $$programs && tests/run-unit $$programs
else
check-unit: $(UNIT)
	$Q tests/run-unit $(UNIT)
endif

check-fuzz: $(FUZZ)
	$Q tests/run-fuzz $(FUZZ)

check-system: all
	$Q tests/run-system

check-dahdi: deps-dahdi
	$Q $(MAKE) --no-print-directory all build/dahdi/peer build/dahdi/line-test
	$Q tests/system/dahdi/check

qualify: all build/dahdi/line-test
	$Q tests/system/dahdi/qualify

lint:
	$Q tests/lint/run

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

bench: all $(BENCH)
	$Q tests/bench/run $(BENCH)

deps-build deps-demo deps-dahdi:
	$Q tests/install $(@:deps-%=%)

demo: deps-demo
	$Q $(MAKE) --no-print-directory all
	$Q tests/demo/run

check:
	$Q tests/run-check

man: $B/man/crosspoint.8 $B/man/crosspoint.cfg.5

$B/man/crosspoint.8 $B/man/crosspoint.cfg.5: $(PROGRAM)
	@echo "  MAN   $@"
	$Q mkdir -p $(@D) && $< --manual $(patsubst .%,%,$(suffix $@)) >$@

PREFIX ?= /usr/local
DESTDIR ?=
DOC := $(DESTDIR)$(PREFIX)/share/doc/crosspoint
UNITS := $(DESTDIR)$(PREFIX)/lib/systemd/system

# No configuration is written: `crosspoint --setup` does.
install: all man
	$Q install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/sbin/crosspoint
	$Q install -D -m 644 $B/man/crosspoint.8 $(DESTDIR)$(PREFIX)/share/man/man8/crosspoint.8
	$Q install -D -m 644 $B/man/crosspoint.cfg.5 $(DESTDIR)$(PREFIX)/share/man/man5/crosspoint.cfg.5
	$Q install -D -m 644 -t $(DOC) README.md LICENSE conf/crosspoint.cfg conf/pbx.cfg conf/demo.cfg \
		conf/grafana-dashboard.json
	$Q install -d $(UNITS) $(DESTDIR)/etc/crosspoint $(DESTDIR)/var/lib/crosspoint
	$Q sed 's|/usr/sbin/|$(PREFIX)/sbin/|' conf/crosspoint.service >$(UNITS)/crosspoint.service

# Below a tag vX.Y the version is X.Y; before the first one commits are counted.
DEB_VERSION ?= $(shell git describe --tags --match 'v[0-9]*' 2>/dev/null | sed 's/^v//; s/-/+/g' | grep . || \
	echo "0.0.$$(git rev-list --count HEAD)+g$$(git rev-parse --short HEAD)")

deb: all man
	$Q rm -rf $B/deb
	$Q $(MAKE) --no-print-directory install DESTDIR=$(CURDIR)/$B/deb PREFIX=/usr
	$Q conf/debian/build $(CURDIR)/$B/deb $(DEB_VERSION)

clean:
	rm -rf build

-include $(wildcard $(OBJ:.o=.d) $(BENCH_SRC:%.c=build/obj/%.d) $B/obj/gateway/main.d $(SNMP_OBJ:.o=.d) build/fuzz/*.d $(UNIT_SRC:%.c=$B/obj/%.d))
