/* Bodies are split by our own hand; the headers of a part are of the kinds that Sofia-SIP parses in those of
 * every message. */
#include "sip/text/body.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sofia-sip/sip_header.h>

enum { BAD_REQUEST = 400, UNSUPPORTED_MEDIA_TYPE = 415 };
enum { BOUNDARY_MAX = 70 /* RFC 2046 5.1.1 */, HEADER_MAX = 256, PARTS_MAX = 16 };

struct part {
	const char *text;
	size_t len;
	const sip_content_type_t *type;
	const sip_content_disposition_t *disposition;
	bool encoded; /* in a way that is not identity */
};

static bool is_type(const struct part *part, const char *type)
{
	return part->type && part->type->c_type && !strcasecmp(part->type->c_type, type);
}

static bool is_session(const struct part *part)
{
	return !part->disposition || !strcasecmp(part->disposition->cd_type, "session");
}

/* 0: it is the description, or may be ignored. */
static int judge(const struct part *part, struct part *sdp)
{
	if (is_type(part, "application/sdp") && is_session(part) && !part->encoded) {
		if (!sdp->text)
			*sdp = *part;
		return 0;
	}
	return part->disposition && part->disposition->cd_optional ? 0 : UNSUPPORTED_MEDIA_TYPE;
}

/* Multipart (RFC 2046 5.1) */

/* The delimiter: two hyphens and the boundary. False: there is none that can be. */
static bool read_boundary(const sip_content_type_t *type, char out[static BOUNDARY_MAX + 3])
{
	const char *value = msg_params_find(type->c_params, "boundary=");

	if (!value)
		return false;
	bool quoted = *value == '"';
	value += quoted;
	size_t len = quoted ? strcspn(value, "\"\\") : strlen(value);
	if (!len || len > BOUNDARY_MAX || (quoted && value[len] != '"'))
		return false;
	snprintf(out, BOUNDARY_MAX + 3, "--%.*s", (int)len, value);
	return true;
}

/* The line at text, without its end; *next is behind that. */
static size_t line_at(const char *text, const char *end, const char **next)
{
	const char *eol = memchr(text, '\n', (size_t)(end - text));

	*next = eol ? eol + 1 : end;
	if (!eol)
		eol = end;
	else if (eol > text && eol[-1] == '\r')
		eol--;
	return (size_t)(eol - text);
}

static bool is_delimiter(const char *line, size_t len, const char *delimiter)
{
	size_t n = strlen(delimiter);

	if (len < n || memcmp(line, delimiter, n) != 0)
		return false;
	if (len >= n + 2 && !memcmp(line + n, "--", 2))
		n += 2;
	while (n < len && (line[n] == ' ' || line[n] == '\t'))
		n++;
	return n == len;
}

/* Steps over one part, which begins at *at: *part is its lines up to the delimiter, *at behind that.
 * 1: another follows, 0: it was the last, -1: its end is missing. */
static int next_part(const char **at, const char *end, const char *delimiter, struct part *part)
{
	const char *line = *at, *next;

	*part = (struct part){ .text = line };
	for (; line < end; line = next) {
		size_t len = line_at(line, end, &next);

		if (!is_delimiter(line, len, delimiter)) {
			part->len = (size_t)(next - part->text);
			continue;
		}
		/* The line end before a delimiter is the delimiter's. */
		if (part->len && part->text[part->len - 1] == '\n')
			part->len--;
		if (part->len && part->text[part->len - 1] == '\r')
			part->len--;
		*at = next;
		size_t n = strlen(delimiter);
		return !(len >= n + 2 && !memcmp(line + n, "--", 2));
	}
	return -1;
}

static bool is_identity(const char *value)
{
	static const char *const values[] = { "identity", "binary", "8bit", "7bit" };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (!strcasecmp(value, values[i]))
			return true;
	}
	return false;
}

static void read_header(su_home_t *home, struct part *part, char *line)
{
	char *value = strchr(line, ':');

	if (!value)
		return;
	*value++ = '\0';
	value += strspn(value, " \t");
	line[strcspn(line, " \t")] = '\0';
	if (!strcasecmp(line, "Content-Type") || !strcasecmp(line, "c"))
		part->type = sip_content_type_make(home, value);
	else if (!strcasecmp(line, "Content-Disposition"))
		part->disposition = sip_content_disposition_make(home, value);
	else if (!strcasecmp(line, "Content-Encoding") || !strcasecmp(line, "e") ||
		 !strcasecmp(line, "Content-Transfer-Encoding"))
		part->encoded = !is_identity(value);
}

/* A part's headers are taken off it. One that is too long to be read is not one of those that count. */
static void read_headers(su_home_t *home, struct part *part)
{
	const char *at = part->text, *end = at + part->len, *next;
	char line[HEADER_MAX];

	while (at < end) {
		size_t len = line_at(at, end, &next);

		if (len && len < sizeof(line)) {
			memcpy(line, at, len);
			line[len] = '\0';
			read_header(home, part, line);
		}
		at = next;
		if (!len)
			break;
	}
	part->text = at;
	part->len = (size_t)(end - at);
}

static int read_multipart(su_home_t *home, const struct part *whole, struct part *sdp)
{
	const char *at = whole->text, *end = at + whole->len;
	char delimiter[BOUNDARY_MAX + 3];
	struct part part;

	if (!read_boundary(whole->type, delimiter))
		return BAD_REQUEST;
	int more = next_part(&at, end, delimiter, &part); /* what is before the first is nothing */
	for (int n = 0; more == 1 && n < PARTS_MAX; n++) {
		more = next_part(&at, end, delimiter, &part);
		if (more < 0)
			break;
		read_headers(home, &part);
		int status = judge(&part, sdp);
		if (status)
			return status;
	}
	return more ? BAD_REQUEST : 0;
}

/* The message as one part. */
static struct part whole_of(const sip_t *sip)
{
	const msg_param_t *codings =
		sip->sip_content_encoding ? sip->sip_content_encoding->k_items : NULL;
	struct part whole = {
		.text = sip->sip_payload->pl_data,
		.len = sip->sip_payload->pl_len,
		.type = sip->sip_content_type,
		.disposition = sip->sip_content_disposition,
	};

	for (; codings && *codings; codings++)
		whole.encoded |= strcasecmp(*codings, BODY_ACCEPT_ENCODING) != 0;
	return whole;
}

int body_find_sdp(const sip_t *sip, const char **text, size_t *len)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	struct part sdp = { 0 };
	int status;

	*len = 0;
	if (!sip->sip_payload || !sip->sip_payload->pl_len)
		return 0;
	struct part whole = whole_of(sip);
	su_home_init(home);
	if (is_type(&whole, "multipart/mixed") && !whole.encoded)
		status = read_multipart(home, &whole, &sdp);
	else
		status = judge(&whole, &sdp);
	su_home_deinit(home);
	if (status)
		return status;
	*text = sdp.text;
	*len = sdp.len;
	return 0;
}
