#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# reference_gate.pl ROOT WORDS: everything that pages and comments of the tree name is there. In pages: files, links and their
# anchors, programs with their options and subcommands, presets, CMake options, targets, tests and gates, citation keys. In
# comments: pages, files below a top-level folder, citation keys. Equations of docs/physics.md in both. WORDS lists what is not
# ours: options of other programs, files that a run makes, and the kinds of references that must have been seen.
use strict;
use warnings FATAL => 'all';

my ($root, $words_file) = @ARGV;
my (%seen, %cited, @refusals);
my $folders = join '|', qw(runtime codegen trainer models bench tests base physics tools cmake docs scripts findings);
our (%file, %text, %known, %sources_of, %anchors, $extensions);  # of reference_tree.pl
require(($0 =~ m{^/} ? '' : './') . $0 =~ s{[^/]*$}{reference_tree.pl}r);

# One reference of a kind that was seen at a place; refused unless it is there.
sub expect {
  my ($kind, $is_there, $place, $expected, $found) = @_;
  $seen{$kind}++;
  push @refusals, "$place: expected $expected, found $found" unless $is_there;
}

# "scripts/packages-NAME.txt", "DIR/<name>.h"
sub is_placeholder {
  my ($name) = @_;
  return $name =~ /(?<![A-Za-z])(?!README|CHANGELOG|CONTRIBUTING|ARCHITECTURE|SECURITY|LICENSE)[A-Z]+(?![A-Za-z])|[<>\$]|\.{3}/;
}

sub check_links {
  my ($page, $place, $line) = @_;
  while ($line =~ /\]\(([^)\s]+)\)/g) {
    my ($target, $anchor) = split /#/, $1, 2;
    next if $target =~ /^[a-z]+:/;
    my $path = $target eq '' ? $page : ($page =~ s{[^/]*$}{}r) . $target;
    1 while $path =~ s{(^|/)(?!\.\./)[^/]+/\.\./}{$1};
    expect('link', $file{$path} || -d $path, $place, 'a file', $target);
    expect('link', ($anchors{$path} // {})->{$anchor}, $place, "a heading of $path", "#$anchor") if defined $anchor;
  }
}

sub check_files {
  my ($place, $line, $is_page) = @_;
  my $name = qr{[\w.*<>{}\$-]+};
  my $below_root = qr{(?<![\w/.\$-])((?:$folders)/(?:$name/)*$name)};
  my $with_extension = qr{`((?:$name/)*$name\.(?:$extensions))`};
  while ($line =~ /$below_root/g) { check_file($place, $1) }
  while ($is_page && $line =~ /$with_extension/g) { check_file($place, $1) }
}

sub check_file {
  my ($place, $path) = @_;
  $path =~ s/[.,:;]+$//;
  return if is_placeholder($path);
  expect('file', exists_in_tree($path =~ s/\{.*//r), $place, 'a file or folder of the tree', $path);
}

sub check_citations {
  my ($place, $line, $is_page) = @_;
  my $prose = $is_page && $line !~ /^    / ? $line =~ s/`[^`]*`//gr : '';
  for my $key ($line =~ /\[([a-z][\w-]+)\] (?:Eq\.|Section|Fig)/g, $prose =~ /(?<!\*)\[([a-z][a-z0-9-]{3,})\](?![(\[:])/g) {
    expect('key', $known{key}{$key}, $place, 'a key of docs/references.md', "[$key]");
    $cited{$key} = 1;
  }
  expect('key', 0, $place, 'a key of docs/references.md in brackets', $1) while $line =~ /(?<!\[)\b(paper,? (?:Eq\.|Section))/g;
  while ($line =~ /physics\.md(?:\]\([^)]*\))? Eq\. (\d+)(?: (?:to|and) (\d+))?/g) {
    for my $number (grep { defined } $1, $2) {
      expect('equation', $known{equation}{$number}, $place, 'an equation of docs/physics.md', "Eq. $number");
    }
  }
}

# Every option of a program is on some page.
sub check_documented {
  my ($pages) = @_;
  for my $program (sort keys %sources_of) {
    for my $source (sort grep { m{^(?:\Q$sources_of{$program}\E|tools/cli|tools/volume)/.*\.cpp$} } keys %text) {
      while ($text{$source} =~ /(?:option|flag)\w*\(\s*"(?:-\w,)?(--[a-z][\w-]*)[", ]/g) {
        my $option = $1;
        expect('option of a program', scalar($pages =~ /\Q$option\E(?![\w-])/), $source, 'a page that explains the option', $option);
      }
    }
  }
}

# Every option and subcommand of a program of ours stands between quotes in its own sources or in those that programs share.
sub check_command {
  my ($place, $command) = @_;
  while ($command =~ /(?<![\w-])(crbrt-[a-z][\w-]*)(?![\w.-])((?:(?!\bcrbrt-[a-z]|\||`|;).)*)/gs) {
    my ($program, $arguments) = ($1, $2);
    next if $known{program}{$program} || ($known{target}{$program} && !$sources_of{$program});
    expect('program', $sources_of{$program}, $place, 'a program', $program);
    next unless $sources_of{$program};
    my @sources = sources_of_program($program);
    if ($arguments =~ /^ ([a-z]+(?:-[a-z]+)*)\b(?!\.)/ && grep { /subcommand/ } @sources) {
      my $word = $1;
      expect('subcommand', scalar(grep { /"$word"/ } @sources), $place, "a subcommand of $program", $word);
    }
    while ($arguments =~ /(?<![\w-])(--[a-z][\w-]*)/g) {
      my $option = $1;
      my $is_there = $known{foreign}{$option} || grep { /[",]\Q$option\E[", ]/ } @sources;
      expect('option of a program', $is_there, $place, "an option of $program", $option);
    }
  }
}

sub check_names {
  my ($place, $line) = @_;
  while ($line =~ /--preset[= ]([\w-]+)/g) {
    expect('preset', scalar($known{preset}{$1} || $1 =~ /^[A-Z]+$/), $place, 'a preset', $1);
  }
  while ($line =~ /-D(CRBRT_\w+)/g) { expect('option of CMake', $known{option}{$1}, $place, 'an option of CMake', $1) }
  while ($line =~ m{(?:--target |bin/|(?<![\w./-]))([a-z]\w*_(?:bench|test|fuzz))\b(?!\.)}g) {
    expect('target', $known{target}{$1}, $place, 'a target of CMake', $1);
  }
  while ($line =~ /`gate\.(\w+)`/g) { expect('gate', $known{gate}{$1}, $place, 'a gate', "gate.$1") }
  while ($line =~ /`([A-Z*]\w*\*?\.\*?[A-Z]\w*\*?)`/g) {
    my $name = $1;
    next if exists_in_tree($name);
    my $pattern = join '.*', map { quotemeta } split /\*/, $name, -1;
    expect('test', scalar(grep { /^$pattern$/ } keys %{$known{test}}), $place, 'a test', $name);
  }
}

sub check_script {
  my ($place, $command) = @_;
  while ($command =~ m{(?<![\w/.-])(scripts/\w+\.sh)((?:(?!\bcrbrt-|\||`|;|\().)*)}g) {
    my ($script, $arguments) = ($1, $2);
    next if !$file{$script} || $text{$script} =~ /"\$@"/;  # hands its arguments on
    while ($arguments =~ /(?<![\w-])(--[a-z][\w-]*)/g) {
      my $option = $1;
      expect('option of a script', scalar($text{$script} =~ /\Q$option\E(?![\w-])/), $place, "an option of $script", $option);
    }
  }
}

# Options that stand alone, as in a table, belong to some program or script of ours, or to one that WORDS names.
sub check_lone_options {
  my ($place, $line, $all_sources) = @_;
  while ($line =~ /`(--[a-z][\w-]*)/g) {
    my $option = $1;
    my $is_there = $known{foreign}{$option} || index($all_sources, "\"$option\"") >= 0 || $all_sources =~ /\Q$option\E[ )|]/;
    expect('option', $is_there, $place, 'an option of a program or script', $option);
  }
}

sub check_page {
  my ($page, $all_sources) = @_;
  my ($number, $command) = (0, '');
  for my $line (split /\n/, $text{$page}) {
    my $place = "$page:" . ++$number;
    check_links($page, $place, $line);
    check_files($place, $line, 1);
    check_citations($place, $line, 1);
    check_names($place, $line);
    check_lone_options($place, $line, $all_sources);
    $command .= $line;
    next if $command =~ s/\\$/ /;
    check_command($place, $command);
    check_script($place, $command);
    $command = '';
  }
}

sub check_comments {
  my ($path) = @_;
  my $number = 0;
  for my $line (split /\n/, $text{$path}) {
    my $place = "$path:" . ++$number;
    next unless $line =~ m{(?://|/\*|^ \*|#)(.*)} || ($path =~ /\.cpp$/ && $line =~ /^\s*"(.*)/);
    my $comment = $1;
    check_files($place, $comment, 0) unless $comment =~ /^\s*include\b/;
    check_citations($place, $comment, 0);
    while ($comment =~ m{(?<![\w/.*-])(?!/)([\w/-]+\.md)\b}g) {
      next if is_placeholder($1);
      expect('page', exists_in_tree($1), $place, 'a page', $1);
    }
  }
}

read_words($words_file);
chdir $root or die "$root: $!\n";
read_tree();
read_definitions();
my @pages = sort grep { /\.md$/ } keys %text;
my @sources = sort grep { !/\.md$/ && !m{^tests/golden/|\.json$} } keys %text;
my $all_sources = join "\n", map { $text{$_} } grep { /\.(?:cpp|sh|mjs)$/ } @sources;
check_page($_, $all_sources) for @pages;
check_comments($_) for @sources;
check_documented(join "\n", map { $text{$_} } @pages);
expect('key', $cited{$_}, 'docs/references.md', 'a page or comment that cites it', "[$_]") for sort keys %{$known{key}};
print "$_\n" for @refusals;
for my $kind (sort keys %{$known{must_see}}) {
  next if $seen{$kind =~ s/_/ /gr};
  print "no $kind was seen: nothing was checked\n";
  exit 2;
}
print scalar(@pages), " pages, ", scalar(@sources), " other files: ", join(', ', map { "$seen{$_} x $_" } sort keys %seen), "\n";
exit(@refusals ? 1 : 0);
