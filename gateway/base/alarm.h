/* The list of alarms: what is wrong now, what was, and what to do about it. Any layer raises and clears; people
 * read and acknowledge. An alarm is its kind and the object that it is about. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum alarm_severity { ALARM_WARNING, ALARM_MINOR, ALARM_MAJOR, ALARM_CRITICAL }; /* X.733 8.1.2.3 */

/* What objects there are; each kind is about one class, so a trunk and a peer may share a name. */
enum alarm_class {
	ALARM_OF_SPAN,
	ALARM_OF_TRUNK,
	ALARM_OF_TRUNK_GROUP,
	ALARM_OF_CHANNEL,
	ALARM_OF_PEER,
	ALARM_OF_GATEWAY, /* the whole; its object is "" or a file */
};

/* Each is documented in alarm.c: severity, class, what it means, what to do. */
enum alarm_kind {
	ALARM_SPAN_ABSENT, /* object: span */
	ALARM_SPAN_RED,
	ALARM_SPAN_YELLOW,
	ALARM_SPAN_BLUE,
	ALARM_SPAN_LOOPBACK,
	ALARM_SPAN_ERRORS,      /* severely errored seconds or slips beyond their limit (G.826) */
	ALARM_CLOCK_FALLBACK,   /* object: span; the clock comes from elsewhere than configured */
	ALARM_D_CHANNEL_DOWN,   /* object: trunk */
	ALARM_D_CHANNEL_BACKUP, /* object: trunk; NFAS runs on the backup D channel */
	ALARM_TRUNK_LOCKED,     /* object: trunk */
	ALARM_TRUNK_BUSY_OUT,   /* object: trunk */
	ALARM_TRUNK_BUSY,       /* object: trunk; it has been full for a while */
	ALARM_GROUP_DOWN,       /* object: trunk group; none of its trunks carries calls */
	ALARM_GROUP_BUSY,       /* object: trunk group; it has been full for a while */
	ALARM_CHANNEL_FAULTY,   /* object: channel; the far end does not answer RESTART */
	ALARM_CHANNELS_STUCK,   /* object: trunk; the auditor had to repair */
	ALARM_PEER_DOWN,        /* object: peer */
	ALARM_REGISTRATION,     /* object: peer; we cannot register with it */
	ALARM_LOCATIONS,        /* the registrar's locations cannot be kept */
	ALARM_RECORDS,          /* call records cannot be written */
	ALARM_RECORDS_STORE,    /* object: store; it does not take records, or not fast enough */
	ALARM_RECORDS_UNREAD,   /* records left the journal before a store had them */
	ALARM_RECORDS_LEFT,     /* object: a journal of before; a store does not take its rest */
	ALARM_EMERGENCY_CALL,   /* an emergency call is up; object: the call, "call 7" */
	ALARM_MEDIA_LATE,       /* the media thread comes late */
	ALARM_CERTIFICATE, /* object: server name, "sip", "http" or "ca"; the file cannot be used */
	ALARM_CERTIFICATE_EXPIRES, /* object: server name, "sip" or "http"; soon, or it did */
	ALARM_SOURCES_BANNED,      /* SIP sources are not heard */
	ALARM_OVERLOAD,            /* new SIP calls are refused */
	ALARM_FRAUD_NEAR,          /* object: rule; most of what it allows is used */
	ALARM_DRAINING,            /* no new calls; the process ends with the last one */
	ALARM_FRAUD_BLOCKED,       /* object: rule; its calls are refused */
	ALARM_WEBHOOK,             /* object: webhook; it does not take what it is told */
	ALARM_RETURN_FAILED,       /* a commit was not confirmed, and still runs */
	ALARM_KINDS
};

/* Raising what stands only renews its root and text; clearing what does not stand does nothing. root: the span or
 * trunk whose alarm explains this one ("" for none); a trunk's root is a span, a channel's a span or a trunk.
 * While an alarm as severe as this one stands there, this one is listed beneath it and not counted. text: a few
 * words more. An alarm that comes and goes again and again is held raised until it has been quiet for a while
 * (damping). Without memory an alarm is only logged. */
void alarm_raise(enum alarm_kind kind, const char *object, const char *root, const char *text);
void alarm_clear(enum alarm_kind kind, const char *object);
/* Every alarm about the object, as it is taken away: gone without waiting. */
void alarm_forget(enum alarm_class of, const char *object);

enum { ALARM_OBJECT_MAX = 48, ALARM_TEXT_MAX = 96 };
enum { ALARM_HISTORY = 1000 }; /* cleared alarms that are kept */
/* Damping: raised that often within the window, it is held until nothing was heard of it for hold. */
enum { ALARM_DAMP_TIMES = 4, ALARM_DAMP_WINDOW_S = 600, ALARM_DAMP_HOLD_S = 300 };

/* What is documented about a kind. */
struct alarm_info {
	const char *name; /* "span-red" */
	enum alarm_severity severity;
	enum alarm_class of;
	const char *meaning;
	const char *advice; /* what to do */
};
const struct alarm_info *alarm_info(enum alarm_kind kind);

struct alarm_status {
	uint32_t id;
	enum alarm_kind kind;
	const struct alarm_info *info;
	char object[ALARM_OBJECT_MAX], root[ALARM_OBJECT_MAX], text[ALARM_TEXT_MAX];
	int64_t raised_s, cleared_s, acknowledged_s; /* wall clock since 1970; 0: not */
	unsigned times;                              /* raised while damped, the first included */
	bool damped;                                 /* it comes and goes */
	uint32_t beneath; /* id of the active alarm that explains it, 0: none */
};
/* Active ones (newest first), or the history of cleared ones (latest first), until fn returns false. fn raises and
 * clears nothing. */
void alarms_each(bool active, bool (*fn)(void *data, const struct alarm_status *), void *data);
bool alarm_get(uint32_t id, struct alarm_status *out); /* active or in the history */
unsigned alarms_count(enum alarm_severity at_least);   /* active, with no root that stands */
int alarm_acknowledge(uint32_t id);                    /* an active one: 0 or -ENOENT */
/* fn is told of every alarm that begins and ends from now on, and raises and clears nothing; NULL: nobody is. There is
 * one such listener. */
void alarms_listen(void (*fn)(const struct alarm_status *alarm, bool raised));
void alarms_reset(void); /* everything is forgotten: at stop, and in tests */
const char *alarm_severity_name(enum alarm_severity severity);
const char *alarm_class_name(enum alarm_class of); /* "span" */
