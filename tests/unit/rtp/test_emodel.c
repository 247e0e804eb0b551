/* The estimate of how a stream sounds. */
#include "rtp/emodel.h"

#include "tests/unit/unit.h"

/* G.107 (table B.1, and its annex B formula). */
START_TEST(rating_becomes_opinion)
{
	static const struct {
		double r;
		unsigned mos;
	} of[] = { { -5, 100 }, { 0, 100 },  { 3, 100 },    { 55, 284 },  { 60, 310 }, { 70, 360 },
		   { 80, 402 }, { 90, 434 }, { 93.2, 441 }, { 100, 450 }, { 120, 450 } };

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		ck_assert_uint_eq(emodel_mos_of_rating(of[i].r), of[i].mos);
}
END_TEST

/* 95 * 5 / (5 + 25.1) = 15.8; 400 ms: x = 2, Idd = 24.07, R = 69.1. */
START_TEST(loss_and_delay_cost)
{
	ck_assert_uint_eq(emodel_mos(&(struct emodel){ 0, 10, 0 }), 0);
	ck_assert_uint_eq(emodel_mos(&(struct emodel){ 1000, 0, 60 }), 441);
	ck_assert_uint_eq(emodel_mos(&(struct emodel){ 950, 50, 60 }),
			  emodel_mos_of_rating(93.2 - 15.781));
	ck_assert_uint_lt(emodel_mos(&(struct emodel){ 1000, 0, 400 }), 360);
	ck_assert_uint_gt(emodel_mos(&(struct emodel){ 1000, 0, 400 }), 350);
	ck_assert_uint_lt(emodel_mos(&(struct emodel){ 1, 1000, 2000 }), 120);
}
END_TEST

UNIT_MAIN("emodel", rating_becomes_opinion, loss_and_delay_cost)
