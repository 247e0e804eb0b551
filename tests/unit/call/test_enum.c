/* ENUM: the name of a number (RFC 6116 3.2), and which NAPTR record of an answer is taken. */
#include "call/enum_answer.h"

#include <errno.h>
#include <string.h>

#include "call/lookup_answer.h"
#include "call/lookup_config.h"
#include "tests/unit/unit.h"

/* A DNS message with one question and NAPTR records. */
struct message {
	uint8_t octets[4096];
	size_t len;
};

static void put(struct message *message, const void *octets, size_t len)
{
	memcpy(message->octets + message->len, octets, len);
	message->len += len;
}

static void put16(struct message *message, unsigned value)
{
	const uint8_t octets[] = { (uint8_t)(value >> 8), (uint8_t)value };

	put(message, octets, 2);
}

static void put_text(struct message *message, const char *text)
{
	const uint8_t len = (uint8_t)strlen(text);

	put(message, &len, 1);
	put(message, text, len);
}

static void begin(struct message *message)
{
	static const uint8_t head[] = { 0, 1, 0x81, 0x80, 0,   1, 0, 0,  0, 0, 0,
					0, 1, '1',  1,    'e', 0, 0, 35, 0, 1 };

	message->len = 0;
	put(message, head, sizeof(head));
}

static void add(struct message *message, unsigned order, unsigned preference, const char *flags,
		const char *service, const char *regexp)
{
	static const uint8_t head[] = { 0xc0, 12, 0, 35, 0, 1, 0, 0, 0, 60 };

	message->octets[7]++;
	put(message, head, sizeof(head));
	put16(message, (unsigned)(4 + 3 + strlen(flags) + strlen(service) + strlen(regexp) + 1));
	put16(message, order);
	put16(message, preference);
	put_text(message, flags);
	put_text(message, service);
	put_text(message, regexp);
	put(message, "", 1);
}

static const struct lookup_config config = {
	.domains = { { "a.example", "one" }, { "192.0.2.1", "two" }, { "[2001:db8::1]", "six" } },
	.n_domains = 3,
};

static struct lookup_answer read(const struct message *message, const char *digits)
{
	struct lookup_answer out;

	enum_answer_read(message->octets, message->len, digits, &config, &out);
	return out;
}

START_TEST(name_is_the_number_backwards)
{
	char out[64];

	ck_assert_int_eq(enum_name("442079460148", "e164.arpa", out, sizeof(out)), 0);
	ck_assert_str_eq(out, "8.4.1.0.6.4.9.7.0.2.4.4.e164.arpa");
	ck_assert_int_eq(enum_name("12*", "e164.arpa", out, sizeof(out)), -EINVAL);
	ck_assert_int_eq(enum_name("", "e164.arpa", out, sizeof(out)), -EINVAL);
	ck_assert_int_eq(enum_name("12", "e", out, 6), 0);
	ck_assert_int_eq(enum_name("12", "e", out, 5), -ENOSPC);
}
END_TEST

START_TEST(best_usable_record_is_taken)
{
	struct message message;
	struct lookup_answer out;

	begin(&message);
	add(&message, 20, 1, "u", "E2U+sip", "!^.*$!sip:3@a.example!");
	add(&message, 10, 9, "u", "E2U+sip", "!^.*$!sip:2@a.example!");
	add(&message, 10, 5, "u", "E2U+SIP", "!^\\+49(30.*)$!sip:+\\1-0@A.Example:5070;x=y!");
	add(&message, 10, 4, "s", "E2U+sip", "!^.*$!sip:4@a.example!");
	add(&message, 10, 3, "u", "E2U+email:mailto", "!^.*$!mailto:a@b!");
	add(&message, 10, 2, "u", "E2U+sip", "!^.*$!sip:5@elsewhere.example!");
	out = read(&message, "4930123");
	ck_assert_int_eq(out.result, LOOKUP_FOUND);
	ck_assert_str_eq(out.to_number.digits, "301230");
	ck_assert_uint_eq(out.to_number.type, LEG_TON_INTERNATIONAL);
	ck_assert(out.has_to);
	ck_assert_int_eq(out.to.kind, TARGET_PEER);
	ck_assert_str_eq(out.to.name, "one");
	/* the expression does not match another number: the next one is */
	ck_assert_str_eq(read(&message, "4331").to_number.digits, "2");
}
END_TEST

START_TEST(addresses_and_services_are_known_in_their_forms)
{
	static const struct {
		const char *service, *regexp, *peer, *digits;
	} rows[] = {
		{ "SIP+E2U", "!.*!sip:12@192.0.2.1!", "two", "12" },
		{ "e2u+voice:tel+sip", "!.*!SIPS:12@192.0.2.1!", "two", "12" },
		{ "E2U+sip", "!.*!sip:+1(2)3.4;phone-context=+9@[2001:db8::1]:5060!", "six",
		  "1234" },
		{ "E2U+sip", "/^\\+4(.)(.*)$/sip:\\2\\1@a.example?a=b/i", "one", "309" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct message message;
		struct lookup_answer out;

		begin(&message);
		add(&message, 1, 1, "U", rows[i].service, rows[i].regexp);
		out = read(&message, "4930");
		ck_assert_msg(out.result == LOOKUP_FOUND, "%s", rows[i].regexp);
		ck_assert_str_eq(out.to.name, rows[i].peer);
		ck_assert_str_eq(out.to_number.digits, rows[i].digits);
	}
}
END_TEST

START_TEST(evil_records_lead_nowhere)
{
	static const char *const regexps[] = {
		"",
		"!",
		"!.*!",
		"!.*!sip:1@a.example",
		"!.*!sip:1@a.example!x",
		"!(!sip:1@a.example!",
		"!((((((((((((((((((((((.*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*x!sip:1@a."
		"example!",
		"!(((((a{255}){255}){255}){255}){255})!sip:1@a.example!",
		"!.*!sip:1!",
		"!.*!sip:@a.example!",
		"!.*!sip:anna@a.example!",
		"!.*!sip:123456789012345678901234567890123@a.example!",
		"!.*!http://1@a.example!",
		"!(.*)!"
		"\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1"
		"\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1"
		"\\1!",
		"1.*1sip:2@a.example1",
	};

	for (size_t i = 0; i < sizeof(regexps) / sizeof(regexps[0]); i++) {
		struct message message;

		begin(&message);
		add(&message, 1, 1, "u", "E2U+sip", regexps[i]);
		ck_assert_msg(read(&message, "49301234567890").result == LOOKUP_NOTHING, "%s",
			      regexps[i]);
	}
}
END_TEST

START_TEST(what_is_no_message_is_a_failure)
{
	struct message message;

	begin(&message);
	add(&message, 1, 1, "u", "E2U+sip", "!.*!sip:1@a.example!");
	for (size_t len = 0; len < message.len; len++) {
		struct message part = message;

		part.len = len;
		ck_assert_int_eq(read(&part, "1").result, LOOKUP_FAILED);
	}
	begin(&message);
	ck_assert_int_eq(read(&message, "1").result, LOOKUP_NOTHING);
}
END_TEST

UNIT_MAIN("enum", name_is_the_number_backwards, best_usable_record_is_taken,
	  addresses_and_services_are_known_in_their_forms, evil_records_lead_nowhere,
	  what_is_no_message_is_a_failure)
