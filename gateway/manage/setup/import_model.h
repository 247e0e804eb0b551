/* Inside of the importer: what the two files said, before it is written down anew. Control thread; all of it is of one
 * talloc context. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct import_source;

enum {
	IMPORT_SPANS = 128,     /* DAHDI_MAX_SPANS */
	IMPORT_CHANNELS = 1024, /* DAHDI_MAX_CHANNELS, numbered from 1 */
	IMPORT_GROUPS = 32,     /* trunkgroups */
	IMPORT_WORD = 64,
	IMPORT_NOTES = 1000, /* more of them help nobody */
};

enum import_role { ROLE_NONE, ROLE_BEARER, ROLE_SIGNALLING, ROLE_HARD_SIGNALLING, ROLE_OTHER };
enum import_kind { KIND_E1, KIND_T1, KIND_BRI };

struct import_span {
	bool there;
	unsigned number; /* DAHDI's */
	enum import_kind kind;
	int line;
	char framing[IMPORT_WORD], coding[IMPORT_WORD];
	bool crc4, terminated;
	unsigned clock_priority, line_build_out;
	char link[IMPORT_WORD], address[IMPORT_WORD]; /* dynamic */
	unsigned first;                               /* channel; 0: not known yet */
	/* trunkgroup and logical span; group 0: none */
	unsigned group, logical;
};

/* chan_dahdi.conf's values that matter, as they stand when a line says `channel`. */
struct import_settings {
	char signalling[IMPORT_WORD], switchtype[IMPORT_WORD], context[IMPORT_WORD],
		group[IMPORT_WORD];
	char echo[IMPORT_WORD];
	bool overlap_in, overlap_out, inband_disconnect, exclusive, transfer;
	int rx_gain, tx_gain;
	char timers[16][2 * IMPORT_WORD]; /* "timer t309 90" */
	unsigned n_timers;
	int line;
};

struct import_channel {
	enum import_role role;
	char law[8], echo[16];
	int line;
	const struct import_settings *settings; /* of chan_dahdi.conf; NULL: not in it */
};

struct import_group {
	unsigned number, d_channels[2]; /* the second one is the backup, 0: none */
	int line;
};

struct import {
	const char *system_name, *channels_name;
	const char *file; /* being read */
	int line;
	struct import_span spans[IMPORT_SPANS + 1];
	struct import_channel channels[IMPORT_CHANNELS + 1];
	struct import_group groups[IMPORT_GROUPS];
	unsigned n_groups;
	char zone[IMPORT_WORD], default_zone[IMPORT_WORD];
	struct import_settings settings; /* as they stand */
	unsigned n_taken;                /* `channel` lines */
	char *notes;                     /* lines; NULL: memory is out */
	unsigned n_notes;
};

/* import.c */

/* What the present line says cannot be carried over, and why. */
void import_note(struct import *import, const char *words, const char *why, ...)
	__attribute__((format(printf, 3, 4)));
/* "1-15,17-31": fn for each number; false at the first fault, those before it are told. */
bool import_range(const char *text, bool (*fn)(void *data, unsigned channel), void *data);
/* Each line as key and value (NULL: there is none), without comments; section heads as key "[name". */
void import_lines(struct import *import, const struct import_source *source, const char *comment,
		  void (*fn)(struct import *import, char *key, char *value));
void import_copy(char *to, size_t size,
		 const char *from); /* cut, and printable ASCII without blanks */

/* import_system.c, import_channels.c: read. import_write.c: writes. */
void import_system(struct import *import, const struct import_source *source);
void import_channels(struct import *import, const struct import_source *source);
char *import_write(struct import *import, void *ctx);
struct import_span *import_span_of(struct import *import, unsigned channel);
unsigned import_span_size(const struct import_span *span); /* channels */
