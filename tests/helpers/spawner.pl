# SPDX-License-Identifier: ISC
# Starts programs in the ways that Perl has.
use strict;
use warnings;

system("/bin/echo", "list", "a b", "");
system("echo shell | cat >/dev/null; /bin/true");
my $output = `/bin/echo backticks`;
open(my $pipe, "-|", "/bin/echo", "pipe") or die;
my @lines = <$pipe>;
close($pipe);
$ENV{BYTES} = "\xff\x01\n";
defined(my $pid = fork()) or die;
if ($pid == 0) {
	exec { "/bin/echo" } "renamed", "exec" or die;
}
waitpid($pid, 0);
