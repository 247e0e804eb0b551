#include <string.h>

#include "base/config_secret.h"
#include "tests/unit/unit.h"

START_TEST(passwords_are_hidden)
{
	char text[] = "peer p\n auth user u password s3cret realm r\nuser a\n password x\n"
		      " password\n password \n+ password yy\r\n passwords z\n password end\n token "
		      "t sha256 00ff role viewer\n radius secret s3cret";

	config_hide_secrets(text);
	ck_assert_str_eq(text, "peer p\n auth user u password * realm r\nuser a\n password *\n"
			       " password\n password \n+ password *\r\n passwords z\n password *\n "
			       "token t sha256 * role viewer\n radius secret *");
	config_hide_secrets(NULL); /* there was no memory for it */
}
END_TEST

UNIT_MAIN("config secret", passwords_are_hidden)
