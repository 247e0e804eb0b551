/* User-to-User headers in a message from a stranger. The input is header lines. */
#include "sip/text/uui.c"

#include "tests/mock/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const sip_t *sip)
{
	struct leg_uui uui = { 0 };
	char text[UUI_TEXT_MAX];

	if (uui_read(sip, &uui) != (uui.len > 0) || uui.len > LEG_UUI_MAX)
		__builtin_trap();
	uui_write(&uui, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	msg_t *msg = message_make((const char *)data, size);
	sip_t *sip = msg ? sip_object(msg) : NULL;

	if (sip)
		check(sip);
	msg_destroy(msg);
	return 0;
}
