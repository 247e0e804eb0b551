/* User-to-User: RFC 7433 and RFC 7434. */
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "sip/text/uui.h"
#include "tests/mock/message.h"
#include "tests/unit/unit.h"

static bool read_value(const char *value, struct leg_uui *out)
{
	char lines[2048];

	snprintf(lines, sizeof(lines), "From: <sip:100@gw>;tag=x\r\nUser-to-User: %s\r\n", value);
	msg_t *msg = message_make(lines, strlen(lines));
	bool found = uui_read(sip_object(msg), out);
	msg_destroy(msg);
	return found;
}

START_TEST(value_is_octets)
{
	/* clang-format off */
	static const struct { const char *value; int len; const char *octets; } rows[] = {
		{ "00fA;encoding=hex;purpose=isdn-uui;content=isdn-uui", 2, "\x00\xfa" }, /* RFC 7434 11 */
		{ "04616263", 4, "\x04" "abc" },
		{ "\"0461\";encoding=hex", 2, "\x04" "a" },
		{ "0461 ; purpose = isdn-uui", 2, "\x04" "a" },
		{ "0461;Purpose=ISDN-UUI", 2, "\x04" "a" },
		{ "0461;purpose=\"isdn-uui\"", 2, "\x04" "a" },
		/* the first of our package */
		{ "aa;purpose=call-center, 0461;purpose=isdn-uui", 2, "\x04" "a" },
		{ "zz;encoding=hex,0461", 2, "\x04" "a" },
		{ "\"a,b\";purpose=x;y=\"c,d\",0461", 2, "\x04" "a" },
		{ "0461;purpose=isdn-uui2", -1, "" },
		{ "0461;purpose=isdn-uui-network", -1, "" },
		{ "0461;encoding=base64", -1, "" },
		{ "0461;content=x", -1, "" },
		{ "046", -1, "" },
		{ "04x1", -1, "" },
		{ "", -1, "" },
		{ "\"", -1, "" },
		{ ";;;,,", -1, "" },
		{ "\"04\\", -1, "" },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct leg_uui uui = { .len = 99 };
		bool found = read_value(rows[i].value, &uui);

		ck_assert_msg(found == (rows[i].len >= 0), "%s", rows[i].value);
		ck_assert_uint_eq(uui.len, found ? rows[i].len : 99);
		if (found)
			ck_assert_mem_eq(uui.octets, rows[i].octets, uui.len);
	}
}
END_TEST

/* Q.931 4.5.30: 129 octets and no more */
START_TEST(longest_reads_back)
{
	struct leg_uui uui = { .len = LEG_UUI_MAX }, back;
	char text[UUI_TEXT_MAX], value[2 * LEG_UUI_MAX + 3];

	memset(uui.octets, 0xa5, sizeof(uui.octets));
	uui_write(&uui, text);
	ck_assert_str_eq(text + strlen(text) - 2, "\r\n");
	text[strlen(text) - 2] = '\0';
	ck_assert(read_value(text + strlen("User-to-User: "), &back));
	ck_assert_mem_eq(&back, &uui, sizeof(uui));
	memset(value, '0', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	ck_assert(!read_value(value, &back));
	uui.len = 0;
	uui_write(&uui, text);
	ck_assert_str_eq(text, "");
}
END_TEST

UNIT_MAIN("uui", value_is_octets, longest_reads_back)
