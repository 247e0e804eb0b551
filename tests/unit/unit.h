/* What every Check suite needs: one main per file. */
#pragma once

#include <check.h>
#include <stdlib.h>

/* A program that runs one suite of one case; every test is bounded to minutes: the machine may be busy. */
#define UNIT_MAIN(suite_name, ...)                                                                 \
	int main(void)                                                                             \
	{                                                                                          \
		Suite *suite = suite_create(suite_name);                                           \
		TCase *tcase = tcase_create(suite_name);                                           \
		const TTest *const tests[] = { __VA_ARGS__ };                                      \
		tcase_set_timeout(tcase, 300);                                                     \
		for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)                      \
			tcase_add_test(tcase, tests[i]);                                           \
		suite_add_tcase(suite, tcase);                                                     \
		SRunner *runner = srunner_create(suite);                                           \
		srunner_run_all(runner, CK_NORMAL);                                                \
		int failed = srunner_ntests_failed(runner);                                        \
		srunner_free(runner);                                                              \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                       \
	}
