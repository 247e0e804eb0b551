/* What nobody is shown: passwords in a text of the configuration. Pure. */
#pragma once

/* Puts one * in place of each word that follows the word "password", "sha256" or "secret"; in place. */
void config_hide_secrets(char *text);
