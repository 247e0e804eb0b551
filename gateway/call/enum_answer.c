/* A record's regular expression is anybody's: PCRE2 compiles it within its bounds and is given few steps to match, and
 * what it makes is taken only if it is a SIP address of a telephone number. Records that lead to other NAPTR records (flag
 * not "u") are left out. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "call/enum_answer.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <ares.h>
#include <pcre2.h>

#include <osmocom/core/utils.h>

#include "call/leg.h"
#include "call/lookup_answer.h"

enum {
	RECORDS_MAX = 32,
	FIELD_MAX = 256, /* a character-string of DNS, RFC 1035 3.3 */
	URI_MAX = 512,
	GROUPS = 10,
	MATCH_LIMIT = 20000,
	DEPTH_LIMIT = 1000,
	HEAP_LIMIT_KB = 256,
};

int enum_name(const char *digits, const char *suffix, char *out, size_t size)
{
	size_t len = strlen(digits), n = 0;

	if (!len || strspn(digits, "0123456789") != len)
		return -EINVAL;
	if (2 * len + strlen(suffix) + 1 > size)
		return -ENOSPC;
	while (len--) {
		out[n++] = digits[len];
		out[n++] = '.';
	}
	osmo_strlcpy(out + n, suffix, size - n);
	return 0;
}

/* One record */

/* "E2U+sip", "E2U+voice:tel+sip"; and the older "SIP+E2U" (RFC 6116 3.4.3, RFC 3764). */
static bool is_sip(const char *service)
{
	char text[FIELD_MAX], *rest = text, *part;
	bool e2u = false, sip = false;

	osmo_strlcpy(text, service, sizeof(text));
	while ((part = strsep(&rest, "+"))) {
		e2u = e2u || strcasecmp(part, "E2U") == 0;
		sip = sip || strcasecmp(part, "sip") == 0;
	}
	return e2u && sip;
}

/* "!expression!replacement!flags" (RFC 3402 3.2), cut into its parts in place. */
struct substitution {
	char text[FIELD_MAX];
	const char *expression, *replacement;
	bool any_case;
};

static char *cut(char **rest, char delimiter)
{
	char *from = *rest, *to = from;

	while (*to && *to != delimiter)
		to += 1 + (*to == '\\' && to[1]);
	if (!*to)
		return NULL;
	*to = '\0';
	*rest = to + 1;
	return from;
}

static bool split(const char *regexp, struct substitution *out)
{
	char *rest = out->text + 1;

	if (!*regexp || isdigit((unsigned char)*regexp) || *regexp == '\\' || *regexp == 'i' ||
	    strlen(regexp) >= sizeof(out->text))
		return false;
	osmo_strlcpy(out->text, regexp, sizeof(out->text));
	out->expression = cut(&rest, *regexp);
	out->replacement = out->expression ? cut(&rest, *regexp) : NULL;
	out->any_case = out->replacement && strcmp(rest, "i") == 0;
	return out->replacement && (out->any_case || !*rest);
}

/* \1 to \9 are what groups matched; \ before anything else is that. False: too long. */
static bool replace(const char *replacement, const char *subject, const PCRE2_SIZE *at, int groups,
		    char out[static URI_MAX])
{
	size_t n = 0;

	for (const char *c = replacement; *c; c++) {
		const char *from = c;
		size_t len = 1;

		if (*c == '\\' && c[1]) {
			const int group = *++c - '0';

			from = c;
			if (group >= 1 && group < GROUPS) {
				const bool some = group < groups && at[2 * group] != PCRE2_UNSET;

				from = some ? subject + at[2 * group] : subject;
				len = some ? at[2 * group + 1] - at[2 * group] : 0;
			}
		}
		if (n + len >= URI_MAX)
			return false;
		memcpy(out + n, from, len);
		n += len;
	}
	out[n] = '\0';
	return true;
}

static bool match(const pcre2_code *code, const struct substitution *substitution,
		  const char *subject, char out[static URI_MAX])
{
	pcre2_match_data *data = pcre2_match_data_create(GROUPS, NULL);
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	bool good = false;

	if (data && limits) {
		pcre2_set_match_limit(limits, MATCH_LIMIT);
		pcre2_set_depth_limit(limits, DEPTH_LIMIT);
		pcre2_set_heap_limit(limits, HEAP_LIMIT_KB);
		int rc =
			pcre2_match(code, (PCRE2_SPTR)subject, strlen(subject), 0, 0, data, limits);
		const PCRE2_SIZE *at = pcre2_get_ovector_pointer(data);

		/* \K may put a beginning behind its end */
		good = rc >= 0 && at[0] <= at[1] &&
		       replace(substitution->replacement, subject, at, rc ? rc : GROUPS, out);
	}
	pcre2_match_context_free(limits);
	pcre2_match_data_free(data);
	return good;
}

static bool substitute(const char *regexp, const char *subject, char out[static URI_MAX])
{
	struct substitution substitution = { 0 };
	pcre2_code *code;
	PCRE2_SIZE offset;
	int error;
	bool good;

	if (!split(regexp, &substitution))
		return false;
	code = pcre2_compile((PCRE2_SPTR)substitution.expression, PCRE2_ZERO_TERMINATED,
			     PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF |
				     (substitution.any_case ? PCRE2_CASELESS : 0),
			     &error, &offset, NULL);
	if (!code)
		return false;
	good = match(code, &substitution, subject, out);
	pcre2_code_free(code);
	return good;
}

/* The address */

/* "+49-30-123;phone-context=x" (RFC 3966): the digits. */
static bool read_number(const char *user, size_t len, struct leg_number *out)
{
	const bool international = len && *user == '+';
	size_t n = 0;

	*out = (struct leg_number){
		.type = international ? LEG_TON_INTERNATIONAL : LEG_TON_UNKNOWN,
		.plan = 1,
	};
	for (size_t i = international; i < len && user[i] != ';' && user[i] != ':'; i++) {
		if (strchr("-.()", user[i]))
			continue;
		if (n == LEG_DIGITS_MAX || !strchr(LEG_DIGITS, user[i]))
			return false;
		out->digits[n++] = user[i];
	}
	return n;
}

/* The peer for that host, NULL: none. */
static const char *peer_for(const struct lookup_config *config, const char *host, size_t len)
{
	for (unsigned i = 0; i < config->n_domains; i++) {
		const struct lookup_domain *domain = &config->domains[i];

		if (!*domain->host ||
		    (strlen(domain->host) == len && strncasecmp(domain->host, host, len) == 0))
			return domain->peer;
	}
	return NULL;
}

static bool read_uri(const char *uri, const struct lookup_config *config, struct lookup_answer *out)
{
	const char *user, *at, *host, *peer;

	if (strncasecmp(uri, "sip:", 4) != 0 && strncasecmp(uri, "sips:", 5) != 0)
		return false;
	user = strchr(uri, ':') + 1;
	at = strchr(user, '@');
	if (!at || !read_number(user, (size_t)(at - user), &out->to_number))
		return false;
	host = at + 1;
	peer = peer_for(config, host, *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":;?"));
	if (!peer)
		return false;
	out->to = (struct route_target){ .kind = TARGET_PEER };
	osmo_strlcpy(out->to.name, peer, sizeof(out->to.name));
	out->has_to = true;
	out->result = LOOKUP_FOUND;
	return true;
}

static bool try_record(const struct ares_naptr_reply *record, const char *digits,
		       const struct lookup_config *config, struct lookup_answer *out)
{
	struct lookup_answer answer = { .result = LOOKUP_NOTHING };
	char subject[LEG_DIGITS_MAX + 2], uri[URI_MAX];

	snprintf(subject, sizeof(subject), "+%s", digits);
	if (strcasecmp((const char *)record->flags, "u") != 0 ||
	    !is_sip((const char *)record->service) ||
	    !substitute((const char *)record->regexp, subject, uri) ||
	    !read_uri(uri, config, &answer))
		return false;
	*out = answer;
	return true;
}

/* RFC 3403 4.1: by order, then by preference. */
static bool is_before(const struct ares_naptr_reply *a, const struct ares_naptr_reply *b)
{
	return a->order != b->order ? a->order < b->order : a->preference < b->preference;
}

/* The sorted ones, n of them, get one more. */
static void insert(const struct ares_naptr_reply **sorted, size_t n,
		   const struct ares_naptr_reply *record)
{
	for (; n && is_before(record, sorted[n - 1]); n--)
		sorted[n] = sorted[n - 1];
	sorted[n] = record;
}

void enum_answer_read(const uint8_t *octets, size_t len, const char *digits,
		      const struct lookup_config *config, struct lookup_answer *out)
{
	const struct ares_naptr_reply *sorted[RECORDS_MAX] = { NULL };
	struct ares_naptr_reply *list = NULL;
	size_t n = 0;
	int rc = len <= INT_MAX ? ares_parse_naptr_reply(octets, (int)len, &list) : ARES_EBADRESP;

	*out = (struct lookup_answer){ .result = LOOKUP_NOTHING };
	if (rc != ARES_SUCCESS && rc != ARES_ENODATA) {
		out->result = LOOKUP_FAILED;
		snprintf(out->why, sizeof(out->why), "the server answers what is no DNS message");
	}
	for (const struct ares_naptr_reply *record = list; record && n < RECORDS_MAX;
	     record = record->next)
		insert(sorted, n++, record);
	for (size_t i = 0; i < n; i++) {
		if (try_record(sorted[i], digits, config, out))
			break;
	}
	ares_free_data(list);
}
