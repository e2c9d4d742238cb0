package org.kvm4j.resource;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Where to look for a free place, in which order. */
final class FreePlaces {

  /** Below are the ports of a PC's own chips, and of cards that take what they find free. */
  private static final long FIRST_PORT = 0x1000;

  /** A guest maps devices by pages. */
  private static final long PAGE_SIZE = 0x1000;

  /** A legacy PC's free interrupts first; 2 is the cascade of its two controllers. */
  private static final List<Long> INTERRUPTS =
      LongStream.of(5, 10, 11, 7, 3, 6, 12, 14, 15, 9, 4, 13, 1, 8, 16, 17, 18, 19, 20, 21, 22, 23)
          .boxed()
          .toList();

  private final FixedResource anyAddresses;

  FreePlaces(FixedResource anyAddresses) {
    this.anyAddresses = anyAddresses;
  }

  /** The first place that is free. */
  Optional<FixedResource> find(Resource resource, Predicate<FixedResource> isFree) {
    return candidates(resource).filter(isFree).findFirst();
  }

  /** A free place that a person would take who finds the one wanted taken: the next one up. */
  Optional<FixedResource> near(FixedResource wanted, Predicate<FixedResource> isFree) {
    Resource resource = wanted.resource();
    if (resource.kind() == Resource.Kind.INTERRUPTS) {
      return find(resource, isFree);
    }
    long step = alignment(resource);
    long start = (wanted.first() | (step - 1)) + 1;
    Stream<FixedResource> above =
        Long.compareUnsigned(start, resource.lastFirst()) > 0 || start == 0
            ? Stream.empty()
            : steps(start, resource.lastFirst(), step, resource);
    return Stream.concat(above.limit(64), candidates(resource)).filter(isFree).findFirst();
  }

  private Stream<FixedResource> candidates(Resource resource) {
    return switch (resource.kind()) {
      case PORTS -> steps(FIRST_PORT, resource.lastFirst(), alignment(resource), resource);
      case ADDRESSES -> addresses(resource);
      case INTERRUPTS -> INTERRUPTS.stream().map(gsi -> new FixedResource(resource, gsi));
    };
  }

  private Stream<FixedResource> addresses(Resource resource) {
    if (resource.length() > anyAddresses.resource().length()) {
      return Stream.empty();
    }
    long step = alignment(resource);
    long start = (anyAddresses.first() + step - 1) & -step;
    return steps(start, anyAddresses.last() - (resource.length() - 1), step, resource);
  }

  private static Stream<FixedResource> steps(
      long start, long lastFirst, long step, Resource resource) {
    return LongStream.iterate(
            start, at -> Long.compareUnsigned(at, lastFirst) <= 0, at -> at + step)
        .mapToObj(at -> new FixedResource(resource, at));
  }

  /** Chips decode the low address lines alone, so a range begins at a multiple of its size. */
  private static long alignment(Resource resource) {
    long size = Long.highestOneBit(resource.length() * 2 - 1);
    return resource.kind() == Resource.Kind.ADDRESSES ? Math.max(size, PAGE_SIZE) : size;
  }
}
