/* The Diversion header: the last diversion stands first (RFC 5806 6.2). */
#include "sip/text/diversion.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/sip_header.h>

#include "sip/text/number.h"
#include "sip/text/unknown.h"

enum { ENTRIES_MAX = 32, COUNT_MAX = 255, SCREENING_PASSED = 1 };

/* RFC 5806 4; what Q.952 has no word for is the nearest. The first of each is the one that is sent. */
static const struct {
	const char *word;
	uint8_t reason;
} reasons[] = {
	{ "unknown", LEG_DIVERTED_UNKNOWN },
	{ "user-busy", LEG_DIVERTED_BUSY },
	{ "no-answer", LEG_DIVERTED_NO_REPLY },
	{ "unconditional", LEG_DIVERTED_UNCONDITIONAL },
	{ "deflection", LEG_DIVERTED_DEFLECTED },
	{ "follow-me", LEG_DIVERTED_UNCONDITIONAL },
	{ "time-of-day", LEG_DIVERTED_UNCONDITIONAL },
	{ "do-not-disturb", LEG_DIVERTED_BUSY },
	{ "unavailable", LEG_DIVERTED_NO_REPLY },
};

static uint8_t reason_of(const char *word)
{
	for (size_t i = 0; word && i < ARRAY_SIZE(reasons); i++) {
		size_t len = strlen(reasons[i].word);

		word += *word == '"';
		if (!strncasecmp(word, reasons[i].word, len) && (!word[len] || word[len] == '"'))
			return reasons[i].reason;
	}
	return LEG_DIVERTED_UNKNOWN;
}

static const char *word_of(uint8_t reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].reason == reason)
			return reasons[i].word;
	}
	return reasons[0].word;
}

static bool is_private(const msg_param_t *params)
{
	const char *privacy = unknown_param(params, "privacy");

	return privacy && strncasecmp(privacy, "off", 3) != 0 &&
	       strncasecmp(privacy, "\"off", 4) != 0;
}

/* Who diverted in this entry. */
static void read_party(const sip_record_route_t *entry, struct leg_party *out)
{
	const char *screen = unknown_param(entry->r_params, "screen");

	*out = (struct leg_party){ 0 };
	if (number_from_url(entry->r_url, &out->number))
		out->number.presentation = LEG_PRES_UNAVAILABLE;
	if (is_private(entry->r_params))
		out->number.presentation = LEG_PRES_RESTRICTED;
	else if (entry->r_display)
		number_name(entry->r_display, out->name);
	if (screen && !strcasecmp(screen, "yes"))
		out->number.screening = SCREENING_PASSED;
}

/* RFC 5806 6.2.2: without a counter it is one. */
static unsigned counter_of(const sip_record_route_t *entry)
{
	const char *counter = unknown_param(entry->r_params, "counter");
	unsigned long n = counter ? strtoul(counter, NULL, 10) : 1;

	return n < 1 ? 1 : n > COUNT_MAX ? COUNT_MAX : (unsigned)n;
}

static void add_entry(const sip_record_route_t *entry, unsigned n, struct leg_redirecting *out)
{
	struct leg_party party;
	unsigned counter = counter_of(entry), count = out->count + counter;
	uint8_t reason = reason_of(unknown_param(entry->r_params, "reason"));

	read_party(entry, &party);
	if (!n) {
		out->from = party;
		out->reason = reason;
	}
	out->original = party.number; /* the last one read is the first that diverted */
	/* RFC 5806: of several diversions in one entry it is the last one's reason. */
	out->original_reason = counter > 1 ? LEG_DIVERTED_UNKNOWN : reason;
	out->count = (uint8_t)(count > COUNT_MAX ? COUNT_MAX : count);
}

bool diversion_read(const sip_t *sip, struct leg_redirecting *out)
{
	struct leg_redirecting read = { 0 };
	const sip_unknown_t *header = NULL;
	su_home_t home[1] = { SU_HOME_INIT(home) };
	unsigned n = 0;

	su_home_init(home);
	while ((header = unknown_next(sip, "Diversion", header))) {
		/* Record-Route has the same grammar: a list of name-addr with parameters. */
		const sip_record_route_t *entry = sip_record_route_make(home, header->un_value);

		for (; entry && n < ENTRIES_MAX; entry = entry->r_next)
			add_entry(entry, n++, &read);
	}
	su_home_deinit(home);
	if (n)
		*out = read;
	return n;
}

static void write_entry(const struct leg_number *number, const char *name, uint8_t reason,
			unsigned counter, const struct diversion_to *to, struct osmo_strbuf *text)
{
	char user[NUMBER_USER_MAX], display[NUMBER_NAME_MAX];
	bool restricted = number->presentation == LEG_PRES_RESTRICTED;

	number_user(number, user);
	number_display(name, display);
	OSMO_STRBUF_PRINTF(*text, "Diversion: ");
	if ((restricted && !to->secrets) || !*user)
		OSMO_STRBUF_PRINTF(*text, "<sip:anonymous@anonymous.invalid>");
	else
		OSMO_STRBUF_PRINTF(*text, "%s<sip:%s@%s;user=phone>", display, user, to->host);
	OSMO_STRBUF_PRINTF(*text, ";reason=%s;counter=%u%s\r\n", word_of(reason), counter,
			   restricted ? ";privacy=full" : "");
}

/* RFC 7544 4.2: of more diversions than two only the first and the last are known. */
void diversion_write(const struct leg_redirecting *redirecting, const struct diversion_to *to,
		     char out[static DIVERSION_TEXT_MAX])
{
	struct osmo_strbuf text = { .buf = out, .len = DIVERSION_TEXT_MAX };
	unsigned count = redirecting->count ? redirecting->count : 1;
	bool two = count > 1 && *redirecting->original.digits;

	*out = '\0';
	if (!redirecting->count && !*redirecting->from.number.digits)
		return;
	write_entry(&redirecting->from.number, redirecting->from.name, redirecting->reason,
		    count - two, to, &text);
	if (two)
		write_entry(&redirecting->original, "", redirecting->original_reason, 1, to, &text);
}
