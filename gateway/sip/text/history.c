/* The History-Info header: each target of the call in turn, the first one first. An entry whose URI says cause= (RFC
 * 4458) was reached by a diversion, and who diverted is the one before it; as RFC 4244 wrote it, who diverted
 * has the answer that led on in its own Reason. RFC 7544 has both tables. */
#include "sip/text/history.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/sip_header.h>

#include "sip/text/number.h"
#include "sip/text/unknown.h"

enum { ENTRIES_MAX = 32, VALUE_MAX = 64, DUMMIES_MAX = 5 };

/* RFC 7544 table 3; the first of each reason is the one that is sent. */
static const struct {
	unsigned cause;
	uint8_t reason;
} causes[] = {
	{ 302, LEG_DIVERTED_UNCONDITIONAL }, { 486, LEG_DIVERTED_BUSY },
	{ 408, LEG_DIVERTED_NO_REPLY },      { 480, LEG_DIVERTED_DEFLECTED },
	{ 487, LEG_DIVERTED_DEFLECTED },     { 404, LEG_DIVERTED_UNKNOWN },
	{ 503, LEG_DIVERTED_UNKNOWN },
};

static uint8_t reason_of(unsigned cause)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (causes[i].cause == cause)
			return causes[i].reason;
	}
	return LEG_DIVERTED_UNKNOWN;
}

static unsigned cause_of(uint8_t reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		if (causes[i].reason == reason)
			return causes[i].cause;
	}
	return 404;
}

/* Reading */

struct entry {
	struct leg_party party;
	unsigned cause;  /* of its URI: it was reached by a diversion; 0: not */
	unsigned answer; /* SIP cause of its Reason: it led on to the next; 0: not said */
};

struct entries {
	struct entry list[ENTRIES_MAX];
	size_t n;
};

static bool is_private(const char *headers)
{
	char value[VALUE_MAX];

	return unknown_uri_param(headers, "Privacy", value, sizeof(value)) &&
	       strcasecmp(value, "none") != 0;
}

/* "SIP;cause=302;text=..." in the header part of the URI. */
static unsigned answer_of(const char *headers)
{
	char value[VALUE_MAX], cause[8];

	if (!unknown_uri_param(headers, "Reason", value, sizeof(value)) ||
	    strncasecmp(value, "SIP", 3) != 0 ||
	    !unknown_uri_param(value + strcspn(value, ";"), "cause", cause, sizeof(cause)))
		return 0;
	return (unsigned)strtoul(cause, NULL, 10);
}

static void read_entry(const sip_record_route_t *from, struct entry *out)
{
	const url_t *url = from->r_url;
	char cause[8] = "";

	*out = (struct entry){ 0 };
	if (number_from_url(url, &out->party.number))
		out->party.number.presentation = LEG_PRES_UNAVAILABLE;
	if (is_private(url->url_headers))
		out->party.number.presentation = LEG_PRES_RESTRICTED;
	else if (from->r_display)
		number_name(from->r_display, out->party.name);
	if (unknown_uri_param(url->url_params, "cause", cause, sizeof(cause)))
		out->cause = (unsigned)strtoul(cause, NULL, 10);
	out->answer = answer_of(url->url_headers);
}

static void read_entries(const sip_t *sip, struct entries *out)
{
	const sip_unknown_t *header = NULL;
	su_home_t home[1] = { SU_HOME_INIT(home) };

	out->n = 0;
	su_home_init(home);
	while ((header = unknown_next(sip, "History-Info", header))) {
		const sip_record_route_t *entry = sip_record_route_make(home, header->un_value);

		for (; entry && out->n < ENTRIES_MAX; entry = entry->r_next)
			read_entry(entry, &out->list[out->n++]);
	}
	su_home_deinit(home);
}

/* Answers by which RFC 4244's users divert. */
static bool diverts(unsigned answer)
{
	return answer == 302 || answer == 486 || answer == 408 || answer == 480 || answer == 487;
}

static void add_diversion(const struct entry *by, unsigned cause, struct leg_redirecting *out)
{
	out->from = by->party;
	out->reason = reason_of(cause);
	if (!out->count) {
		out->original = by->party.number;
		out->original_reason = out->reason;
	}
	out->count++;
}

bool history_read(const sip_t *sip, struct leg_redirecting *out)
{
	struct leg_redirecting read = { 0 };
	struct entries entries;
	bool new_style = false;

	read_entries(sip, &entries);
	for (size_t i = 1; i < entries.n; i++)
		new_style |= entries.list[i].cause != 0;
	for (size_t i = 1; i < entries.n; i++) {
		const struct entry *by = &entries.list[i - 1];
		unsigned cause = new_style             ? entries.list[i].cause
				 : diverts(by->answer) ? by->answer
						       : 0;

		if (cause)
			add_diversion(by, cause, &read);
	}
	if (read.count)
		*out = read;
	return read.count;
}

/* Writing */

struct writer {
	struct osmo_strbuf text;
	const struct diversion_to *to;
	unsigned depth; /* entries so far: 1, 1.1, 1.1.1 */
	uint8_t reason; /* why the next one was reached */
	bool diverted;  /* it was */
};

static void write_index(struct writer *w)
{
	OSMO_STRBUF_PRINTF(w->text, ";index=1");
	for (unsigned i = 0; i < w->depth; i++)
		OSMO_STRBUF_PRINTF(w->text, ".1");
	if (w->diverted) { /* RFC 7044 5: mp is the index of who diverted */
		OSMO_STRBUF_PRINTF(w->text, ";mp=1");
		for (unsigned i = 1; i < w->depth; i++)
			OSMO_STRBUF_PRINTF(w->text, ".1");
	}
	OSMO_STRBUF_PRINTF(w->text, "\r\n");
	w->depth++;
}

/* The URI parameter that says why the entry was reached. */
static void write_cause(struct writer *w)
{
	if (w->diverted)
		OSMO_STRBUF_PRINTF(w->text, ";cause=%u", cause_of(w->reason));
}

static void write_party(struct writer *w, const struct leg_number *number, const char *name)
{
	char user[NUMBER_USER_MAX], display[NUMBER_NAME_MAX];
	bool restricted = number->presentation == LEG_PRES_RESTRICTED;
	bool hidden = (restricted && !w->to->secrets) || !*number->digits;

	number_user(number, user);
	number_display(hidden ? "" : name, display);
	OSMO_STRBUF_PRINTF(w->text, "History-Info: %s<sip:", display);
	if (hidden)
		OSMO_STRBUF_PRINTF(w->text, "anonymous@anonymous.invalid");
	else
		OSMO_STRBUF_PRINTF(w->text, "%s@%s;user=phone", user, w->to->host);
	write_cause(w);
	OSMO_STRBUF_PRINTF(w->text, "%s>", restricted ? "?Privacy=history" : "");
	write_index(w);
}

/* RFC 7544 4.3: what lies between the first and the last diversion is not known by name. */
static void write_dummies(struct writer *w, unsigned n)
{
	for (unsigned i = 0; i < n && i < DUMMIES_MAX; i++) {
		OSMO_STRBUF_PRINTF(w->text, "History-Info: <sip:unknown@unknown.invalid");
		write_cause(w);
		OSMO_STRBUF_PRINTF(w->text, ">");
		write_index(w);
		w->reason = LEG_DIVERTED_UNKNOWN;
	}
}

void history_write(const struct leg_redirecting *redirecting, const struct diversion_to *to,
		   char out[static DIVERSION_TEXT_MAX])
{
	struct writer w = { .text = { .buf = out, .len = DIVERSION_TEXT_MAX }, .to = to };
	unsigned count = redirecting->count ? redirecting->count : 1;

	*out = '\0';
	if (!redirecting->count && !*redirecting->from.number.digits)
		return;
	if (count > 1) {
		write_party(&w, &redirecting->original, "");
		w.diverted = true;
		w.reason = redirecting->original_reason;
		write_dummies(&w, count - 2);
	}
	write_party(&w, &redirecting->from.number, redirecting->from.name);
	w.diverted = true;
	w.reason = redirecting->reason;
	OSMO_STRBUF_PRINTF(w.text, "History-Info: <%s", to->called);
	write_cause(&w);
	OSMO_STRBUF_PRINTF(w.text, ">");
	write_index(&w);
}
