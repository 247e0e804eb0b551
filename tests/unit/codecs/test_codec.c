/* The table of codecs and those that are in it. */
#include "codecs/codec.h"

#include "codecs/g711.h"
#include "tests/unit/unit.h"

START_TEST(names_and_payload_types_are_those_of_rfc3551)
{
	ck_assert_str_eq(codec_by_static_pt(0)->name, "PCMU");
	ck_assert_str_eq(codec_by_static_pt(8)->name, "PCMA");
	ck_assert_ptr_eq(codec_by_name("pcmu", 8000), codec_get(CODEC_PCMU));
	ck_assert_ptr_eq(codec_by_name("PCMA", 8000), codec_get(CODEC_PCMA));
	ck_assert_ptr_eq(codec_by_name("clearmode", 8000),
			 codec_get(CODEC_CLEARMODE)); /* RFC 4040 */
}
END_TEST

START_TEST(what_is_not_there_is_null)
{
	ck_assert_ptr_null(codec_by_static_pt(3));
	ck_assert_ptr_null(codec_by_static_pt(101));
	ck_assert_ptr_null(codec_by_static_pt(codec_get(CODEC_CLEARMODE)->static_pt));
	ck_assert_ptr_null(codec_by_name("PCMU", 16000));
	ck_assert_ptr_null(codec_by_name("PCM", 8000));
	ck_assert_ptr_null(codec_by_name("", 8000));
	ck_assert_ptr_null(codec_get(CODEC_COUNT));
}
END_TEST

START_TEST(every_codec_has_its_own_id_and_all_functions)
{
	for (unsigned id = 0; id < CODEC_COUNT; id++) {
		const struct codec *codec = codec_get(id);
		ck_assert_uint_eq(codec->id, id);
		ck_assert_ptr_nonnull(codec->init);
		ck_assert_int_eq(codec->encode != NULL, id != CODEC_CLEARMODE);
		ck_assert_int_eq(codec->decode != NULL, id != CODEC_CLEARMODE);
		ck_assert_uint_eq(codec->state_size, 0);
		codec->init(NULL);
	}
}
END_TEST

START_TEST(each_codec_speaks_its_own_law)
{
	static const int16_t samples[4] = { 0, 1000, -1000, 32767 };
	static const enum law law[] = { [CODEC_PCMU] = LAW_MULAW, [CODEC_PCMA] = LAW_ALAW };

	for (unsigned id = CODEC_PCMU; id <= CODEC_PCMA; id++) {
		uint8_t octets[4], want[4];
		g711_encode(law[id], samples, want, 4);
		ck_assert_uint_eq(codec_get(id)->encode(NULL, samples, 4, octets), 4);
		ck_assert_mem_eq(octets, want, 4);
	}
}
END_TEST

START_TEST(decode_writes_no_more_than_there_is_room)
{
	static const uint8_t octets[4] = { 0xff, 0x80, 0x00, 0xff };
	int16_t samples[4] = { 1, 1, 1, 1 };

	ck_assert_uint_eq(codec_get(CODEC_PCMU)->decode(NULL, octets, 4, samples, 3), 3);
	ck_assert_int_eq(samples[1], 32124);
	ck_assert_int_eq(samples[2], -32124);
	ck_assert_int_eq(samples[3], 1);
}
END_TEST

UNIT_MAIN("codec", names_and_payload_types_are_those_of_rfc3551, what_is_not_there_is_null,
	  every_codec_has_its_own_id_and_all_functions, each_codec_speaks_its_own_law,
	  decode_writes_no_more_than_there_is_room)
