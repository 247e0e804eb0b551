/* The body of a SIP message from a stranger. The input's first three lines are Content-Type,
 * Content-Disposition and Content-Encoding, an empty one is no such header; the rest is the body. */
#include "sip/text/body.c"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next line of the input as a text, NULL when it is empty. */
static const char *take_line(su_home_t *home, const char **at, const char *end)
{
	const char *text = *at;
	size_t len = line_at(text, end, at);

	return len ? su_strndup(home, text, (isize_t)len) : NULL;
}

static void read_message(su_home_t *home, const char *at, const char *end, sip_t *out)
{
	const char *type = take_line(home, &at, end);
	const char *disposition = take_line(home, &at, end);
	const char *encoding = take_line(home, &at, end);

	if (type)
		out->sip_content_type = sip_content_type_make(home, type);
	if (disposition)
		out->sip_content_disposition = sip_content_disposition_make(home, disposition);
	if (encoding)
		out->sip_content_encoding = sip_content_encoding_make(home, encoding);
	out->sip_payload = sip_payload_create(home, at, (isize_t)(end - at));
}

static void check(const sip_t *sip)
{
	const char *whole = sip->sip_payload->pl_data, *text = NULL;
	size_t whole_len = sip->sip_payload->pl_len, len;
	int status = body_find_sdp(sip, &text, &len);

	if (status && status != BAD_REQUEST && status != UNSUPPORTED_MEDIA_TYPE)
		__builtin_trap();
	if (status ? len
		   : len && (text < whole || len > whole_len ||
			     (size_t)(text - whole) > whole_len - len))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	const char *at = (const char *)data;
	sip_t sip = { 0 };

	if (!size)
		return 0;
	su_home_init(home);
	read_message(home, at, at + size, &sip);
	if (sip.sip_payload)
		check(&sip);
	su_home_deinit(home);
	return 0;
}
