/* What SNMP is told of spans: rows of IF-MIB (RFC 2863) and DS1-MIB (RFC 4805), as a function of a snapshot. Pure: any
 * thread. A span's ifIndex is also its dsx1LineIndex. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/g826.h"
#include "drivers/span_config.h"

typedef unsigned long mib_oid; /* as net-snmp has it */

enum { MIB_OID_MAX = 16, MIB_TEXT_MAX = 64 };

struct mib_span {
	char name[TDM_NAME_MAX];
	unsigned if_index;
	enum span_type type;
	enum dahdi_coding coding;
	bool crc;
	bool connector;  /* a card's; else it is in memory */
	bool loop_timed; /* the line is a source of our clock */
	unsigned alarms; /* bits of enum tdm_alarm */
	uint64_t
		changed_cs; /* when dsx1LineStatus last did, on the clock of snapshot's now_cs; 0: not since the start */
	struct g826 g826; /* where measured */
	bool measured;
};

struct mib_snapshot {
	uint64_t now_cs; /* 1/100 s, on a clock that never steps back */
	size_t n;
	struct mib_span spans[]; /* by if_index, ascending */
};

/* SMIv2's types. */
enum mib_type { MIB_INTEGER, MIB_GAUGE, MIB_TIMETICKS, MIB_TEXT };

struct mib_value {
	enum mib_type type;
	uint32_t number;
	char text[MIB_TEXT_MAX];
};

struct mib_place {
	mib_oid oid[MIB_OID_MAX];
	size_t len;
};

/* uptime_cs: sysUpTime now, of which TimeStamps are made. False: there is no such instance. */
bool mib_get(const struct mib_snapshot *all, uint32_t uptime_cs, const struct mib_place *at,
	     struct mib_value *out);
/* The first instance behind a place, in the order of OIDs; false: there is none. */
bool mib_next(const struct mib_snapshot *all, uint32_t uptime_cs, const mib_oid *oid, size_t len,
	      struct mib_place *at, struct mib_value *out);

/* Columns of the interfaces' tables, which spans share with others' interfaces, as OIDs without ifIndex; false: there are
 * no more. */
bool mib_shared_column(size_t i, struct mib_place *at);
enum { MIB_SHARED_COLUMNS = 14 };

/* dsx1LineStatus, the sum of RFC 4805's bits. */
uint32_t mib_line_status(const struct mib_span *span);
bool mib_is_ds1(const struct mib_span *span);

/* ifOperStatus. */
enum { MIB_UP = 1, MIB_DOWN = 2, MIB_NOT_PRESENT = 6 };
unsigned mib_oper_status(const struct mib_span *span);
