#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# claims_gate.pl ROOT: what pages claim about the source is what the source says. Program version, exit codes, values of the status
# map, generated files, figures of the shipped models (README.md and models/README.md against the models' cards), the cost of
# integers (docs/integers.md against the cards), that the index of docs/ has every page, and the size of README.md. Every claim must be found, or the gate refuses.
use strict;
use warnings FATAL => 'all';

my ($root) = @ARGV;
chdir $root or die "$root: $!\n";
my ($n_claim, @refusals) = (0);

sub slurp { my ($path) = @_; local $/; open my $in, '<', $path or die "$path: $!\n"; return scalar <$in> }

# claim PLACE, WHAT, EXPECTED (from the source), FOUND (on the page); undef is "not there".
sub claim {
  my ($place, $what, $expected, $found) = @_;
  $n_claim++;
  $_ //= 'nothing' for $expected, $found;
  push @refusals, "$place: $what: expected $expected, found $found" if $expected ne $found || $found eq 'nothing';
}

sub check_version {
  my ($version) = slurp('runtime/include/crbrt/format/program.h') =~ /program_version = (\d+)/;
  my ($claimed) = slurp('CHANGELOG.md') =~ /`program_version` is (\d+)/;
  claim('CHANGELOG.md', 'program_version', $version, $claimed);
}

# Whoever passes binaries on finds the licence of every library that they are built with.
sub check_third_parties {
  my $page = slurp('docs/third-party.md');
  for my $list (qw(build trainer python mrd)) {
    for my $package (slurp("scripts/packages-$list.txt") =~ /^(\S+-dev)\b/mg) {
      next if $package =~ /^(libc6|python3)-dev$/;  # the compiler's own, and Python's
      claim('docs/third-party.md', "row of $package", $package, $page =~ /^\|[^|\n]*`\Q$package\E`/m ? $package : undef);
    }
  }
}

# Codes of base/error.h, each in the table of docs/mapping.md; the one of an interrupted training in its text.
sub check_exit_codes {
  my $page = slurp('docs/mapping.md');
  my ($section) = $page =~ /^## Exit codes\n(.*?)(?=^## |\z)/ms;
  my %code = map { $_ => 1 } slurp('base/error.h') =~ /\bexit_\w+ = (\d+),/g;
  my %claimed = map { $_ => 1 } $section =~ /^\| (\d+) \|/mg, $section =~ /`crbrt-train`: (\d+),/g;
  claim('docs/mapping.md', 'exit codes', join(' ', sort keys %code), join(' ', sort keys %claimed));
}

# The values of both enumerations, as the rows of the table: "| 3 | `outside_range` | |" and "| 3 | | `at_bound` |"; those behind the
# runtime's last one are crbrt-map's own. All rows are those of the list that the maps are written by.
sub check_status_values {
  my $page = slurp('docs/mapping.md');
  my %enumeration = ('runtime/include/crbrt/status.h' => [qr/enum class VoxelStatus[^{]*\{(.*?)\};/s, 0],
                     'physics/nlls/voxel_fit.h' => [qr/enum class FitStatus[^{]*\{(.*?)\};/s, 1],
                     'tools/volume/status_value.h' => [qr/enum class StatusValue[^{]*\{(.*?)\};/s, undef]);
  for my $header (sort keys %enumeration) {
    my ($pattern, $column) = @{$enumeration{$header}};
    my ($body) = slurp($header) =~ $pattern;
    my @values = map { "$_->[1] $_->[0]" } sort { $a->[1] <=> $b->[1] } pairs($body, qr/^\s*(\w+) = (\d+)/m);
    my ($last) = $values[-1] =~ /^(\d+)/;
    my @claimed;
    while ($page =~ /^\| (\d) \| (`\w+`)? ?\| (`\w+`)? ?\|/mg) {
      my ($value, $name) = ($1, defined $column ? ($column ? $3 : $2) : $2 // $3);
      next if defined $column && !$column && $value > $last;
      push @claimed, "$value $name" =~ s/`//gr if defined $name;
    }
    claim('docs/mapping.md', "status values of $header", join(', ', @values), join(', ', @claimed));
  }
}

sub pairs {
  my ($text, $pattern) = @_;
  my @found;
  push @found, [$1, $2] while $text =~ /$pattern/g;
  return @found;
}

sub check_generated_files {
  my ($help) = slurp('codegen/main.cpp') =~ /"Folder for ([^;]*);/;
  my ($section) = slurp('docs/format.md') =~ /^## Compiling a model\n(.*?)(?=^## |\z)/ms;
  my %written = map { $_ => 1 } $help =~ /\bNAME\w*\.\w+/g;
  my %claimed = map { $_ => 1 } $section =~ /`(NAME\w*\.\w+)`/g;
  claim('docs/format.md', 'generated files', join(' ', sort keys %written), join(' ', sort keys %claimed));
}

# The mean of a row of a card's table, its last number.
sub figure { my ($card, $row) = @_; return $card =~ /^\| \Q$row\E \|.*\| ([\d.]+) \|$/m ? $1 : undef }

sub check_models {
  my %card = map { m{models/(\w+)/} => slurp($_) } grep { !/protocol/ } glob 'models/*/README.md';
  for my $page (qw(README.md models/README.md)) {
    my $rows = 0;
    for my $line (split /\n/, slurp($page)) {
      my ($name, $figures) = $line =~ /^\| `(\w+)`(.*\| [\d,]+ \| [\d.]+.*)\|$/ or next;
      ++$rows;
      claim("$page, $name", 'a card', 'here', $card{$name} ? 'here' : undef);
      my $range = $name =~ /^invivo6/ ? '10 to 50' : '10 to 100';
      my @expected = ((figures_of($card{$name}, "CRB loss, SNR $range")));
      for my $snr ($page eq 'README.md' ? 100 : (50, 100)) {
        push @expected, map { figure($card{$name}, "SNR $snr: $_") // 'nothing' } 'bias^2/CRB', 'variance/CRB';
      }
      my ($adds) = $card{$name} =~ /([\d,]+) multiply-adds/;
      claim("$page, $name", 'figures', join(' ', $adds, @expected), join(' ', $figures =~ /(?<![\w.])(\d+,\d{3}|\d\.\d{3})(?![\d.])/g));
    }
    claim($page, 'rows of models', 'some', $rows ? 'some' : undef);
  }
  for my $name (sort keys %card) {
    my $says_below = $card{$name} =~ /The loss lies below 1/ ? 1 : 0;
    my $loss = figures_of($card{$name}, 'CRB loss, SNR ' . ($name =~ /^invivo6/ ? '10 to 50' : '10 to 100'));
    claim("models/$name/README.md", 'a loss below 1', 'a smaller one', 'not ' . $loss) if $says_below && $loss >= 1;
  }
  check_integers(\%card);
}

sub figures_of { my ($card, $row) = @_; return figure($card, $row) // 'nothing' }

# Rows "| NAME | layers | 0.9 % | 0.017 |" of docs/integers.md and "rises by 0.9 %, ... at most 0.017" of the cards.
sub check_integers {
  my ($card) = @_;
  my $page = slurp('docs/integers.md');
  for my $name (sort keys %$card) {
    my ($layers, $rise, $bias) = $page =~ /^\| \Q$name\E \| ([\w, ]+) \| ([\d.]+) % \| ([\d.]+) \|$/m;
    my ($read) = $card->{$name} =~ /^((?:`\w+`(?:, )?)+|no layer) reads? 8 bits/m;
    my ($costs, $most) = $card->{$name} =~ /rises by ([\d.]+) %, bias\^2\/CRB at SNR 100 by at most ([\d.]+);/;
    claim("docs/integers.md, $name", 'integers', join(' ', map { $_ // 'nothing' } $read && $read =~ s/`//gr =~ s/no layer/none/r, $costs, $most),
          join(' ', map { $_ // 'nothing' } $layers, $rise, $bias));
  }
}

sub check_readme {
  my $lines = () = slurp('README.md') =~ /\n/g;
  claim('README.md', 'lines', 'at most 120', $lines <= 120 ? 'at most 120' : $lines);
  for my $picture (slurp('README.md') =~ /!\[[^\]]*\]\(([^)]+)\)/g) {
    claim('README.md', "bytes of $picture", 'less than 300000', (-s $picture // 1e9) < 300000 ? 'less than 300000' : -s $picture);
  }
}

# Every page of docs/ is in the index.
sub check_index {
  my $index = slurp('docs/README.md');
  for my $page (map { s{docs/}{}r } grep { !/README/ } glob 'docs/*.md') {
    claim('docs/README.md', "a line for $page", 'yes', index($index, "]($page)") >= 0 ? 'yes' : undef);
  }
}

check_version();
check_index();
check_readme();
check_exit_codes();
check_third_parties();
check_status_values();
check_generated_files();
check_models();
print "$_\n" for @refusals;
print "$n_claim claims checked\n";
exit(@refusals ? 1 : 0);
