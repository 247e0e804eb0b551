/* The first line of a SIP request from a stranger: what is taken can be printed and copied, as Sofia-SIP
 * does with it. Blanks before it are skipped by then. */
#include "sip/text/start_line.c"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(su_home_t *home, const sip_request_t *rq)
{
	sip_t sip = { .sip_request = (sip_request_t *)rq };
	int status = start_line_status(&sip);
	char text[8192];

	if (status && status != 400 && status != 505)
		__builtin_trap();
	if (!rq->rq_method_name || !*rq->rq_method_name || !rq->rq_version)
		__builtin_trap();
	url_e(text, sizeof(text), rq->rq_url);
	if (!sip_request_dup(home, rq))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	char line[4096];

	if (!size || size >= sizeof(line) || *data == ' ' || *data == '\t')
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	su_home_init(home);
	msg_header_t *h = msg_header_alloc(home, sip_request_class, 0);
	if (h && start_line_parse(home, h, line, strlen(line)) >= 0)
		check(home, (const sip_request_t *)h);
	su_home_deinit(home);
	return 0;
}
