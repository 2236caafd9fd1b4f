#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# cards_gate.pl CRBRT-MODEL ROOT: the card of every shipped model (models/NAME/README.md) says what crbrt-model reads in the file: widths,
# multiply-adds, range of SNR, which layers read 8 bits, and what the integers cost, output by output.
use strict;
use warnings FATAL => 'all';

my ($program, $root) = @ARGV;
chdir $root or die "$root: $!\n";
my ($n_claim, @refusals) = (0);

sub slurp { my ($path) = @_; local $/; open my $in, '<', $path or die "$path: $!\n"; return scalar <$in> }

# What the card must hold, word for word.
sub claim {
  my ($name, $card, $text) = @_;
  $n_claim++;
  push @refusals, "models/$name/README.md: expected \"$text\", found nothing like it" if index($card, $text) < 0;
}

sub with_commas { my ($number) = @_; 1 while $number =~ s/^(\d+)(\d{3})/$1,$2/; return $number }

# "hidden1: dense 26 -> 64" of every layer, and the outputs alone of the last.
sub check_network {
  my ($name, $card, $info) = @_;
  my @widths = $info =~ /^layer +\w+: dense (\d+) -> \d+/mg;
  my $n_output = () = $info =~ /^output +/mg;
  my ($n_last) = $info =~ /^layer +output: dense \d+ -> (\d+)/m;
  my ($adds) = $info =~ /^multiply-adds +(\d+)/m;
  claim($name, $card, join('-', @widths, $n_output) . ' (+ ' . ($n_last - $n_output) . ' features');
  claim($name, $card, with_commas($adds) . ' multiply-adds a voxel');
}

# A row "| SNR 100: CRB loss | 1.582 to 1.596 | ... |", one pair for each output. The card rounds to 3 decimals (0.0005) what
# crbrt-model rounds to 6 digits (0.000005 of numbers below 10).
sub claim_row {
  my ($name, $card, $title, $pairs) = @_;
  $n_claim++;
  my ($row) = $card =~ /^## In integers.*?^\| \Q$title\E \|(.*?)\|$/ms;
  my @found = ($row // '') =~ /([\d.]+) to ([\d.]+)/g;
  my @expected = map { @$_ } @$pairs;
  return if @expected > 0 && @found == @expected && !grep { abs($found[$_] - $expected[$_]) > 0.000505 } 0 .. $#expected;
  push @refusals, "models/$name/README.md: $title: expected @expected, found " . ($row // 'no such row');
}

sub check_integers {
  my ($name, $card, $info) = @_;
  my @narrow = $info =~ /^  operation +(\w+): \w+ u8 -> /mg;
  claim($name, $card,
        (@narrow ? join(', ', map { "`$_`" } @narrow) : 'no layer') . ' read' . (@narrow > 1 ? '' : 's') . ' 8 bits');
  my ($low, $high) = $info =~ /^snr +(\d+) to (\d+)/m;
  my (@range, @loss, @bias);
  push @range, [$1, $2] while $info =~ /CRB loss (\S+) -> (\S+) over the range/g;
  while ($info =~ m{CRB loss (\S+) -> (\S+), bias\^2/CRB (\S+) -> (\S+) at SNR 100$}mg) {
    push @loss, [$1, $2];
    push @bias, [$3, $4];
  }
  claim_row($name, $card, "CRB loss, SNR $low to $high", \@range);
  claim_row($name, $card, 'SNR 100: CRB loss', \@loss);
  claim_row($name, $card, 'SNR 100: bias^2/CRB', \@bias);
  my ($float, $integer, $most) = (0, 0, 0);
  ($float, $integer) = ($float + $_->[0], $integer + $_->[1]) for @range;
  $most = $_->[1] - $_->[0] > $most ? $_->[1] - $_->[0] : $most for @bias;
  claim($name, $card, sprintf 'The CRB loss rises by %.1f %%, bias^2/CRB at SNR 100 by at most %.3f', 100 * ($integer / $float - 1), $most);
}

# A row "| m0_semi_frac, sqrt(CRB) at SNR 100 | rms | median | 99 % |" of every error, in the digits of crbrt-model.
sub check_forward {
  my ($name, $card, $info) = @_;
  while ($info =~ /^  error +(\w+), sqrt\(CRB\) at SNR 100: (\S+) rms, (\S+) median, (\S+) in 99 %/mg) {
    claim($name, $card, "| $1, sqrt(CRB) at SNR 100 | $2 | $3 | $4 |");
  }
}

for my $file (sort glob 'models/*/*.crbm') {
  my ($name) = $file =~ m{^models/(\w+)/};
  my $card = slurp("models/$name/README.md");
  my $info = qx("$program" info "$file");
  die "$program info $file failed\n" if $? != 0;
  check_network($name, $card, $info);
  if ($info =~ /^integer form +none$/m) { claim($name, $card, 'no integer form') }
  else { check_integers($name, $card, $info) }
  check_forward($name, $card, $info) unless $info =~ /^forward part +none$/m;
}
print "$_\n" for @refusals;
print "$n_claim claims of cards checked\n";
exit($n_claim == 0 ? 2 : @refusals ? 1 : 0);
