package org.kvm4j.resource;

/**
 * A resource at the one place where it can be.
 *
 * <p>Immutable.
 *
 * @param resource what
 * @param first its first port, address (unsigned) or its GSI
 */
public record FixedResource(Resource resource, long first) {

  /** Checks that it lies within its space. */
  public FixedResource {
    if (Long.compareUnsigned(first, resource.lastFirst()) > 0) {
      throw new IllegalArgumentException(
          "%s: they end at 0x%x"
              .formatted(resource.kind().text(first, resource.length()), resource.kind().last()));
    }
  }

  /** Ports {@code first} to {@code first + count - 1}. */
  public static FixedResource ports(int first, int count) {
    return new FixedResource(Resource.ports(count), first);
  }

  /** Addresses {@code first} to {@code first + sizeBytes - 1}. */
  public static FixedResource addresses(long first, long sizeBytes) {
    return new FixedResource(Resource.addresses(sizeBytes), first);
  }

  /** One GSI, of its own. */
  public static FixedResource interrupt(int gsi) {
    return new FixedResource(Resource.interrupt(), gsi);
  }

  /** Its last port, address (unsigned) or its GSI. */
  public long last() {
    return first + resource.length() - 1;
  }

  /** Whether both cannot be had at once. */
  boolean conflictsWith(FixedResource other) {
    return overlaps(other) && !(resource.shareable() && other.resource.shareable());
  }

  private boolean overlaps(FixedResource other) {
    return resource.kind() == other.resource.kind()
        && Long.compareUnsigned(first, other.last()) <= 0
        && Long.compareUnsigned(other.first, last()) <= 0;
  }

  /** As a user reads it: {@code ports 0x3f8-0x3ff}, {@code GSI 4}. */
  @Override
  public String toString() {
    return resource.kind().text(first, resource.length());
  }
}
