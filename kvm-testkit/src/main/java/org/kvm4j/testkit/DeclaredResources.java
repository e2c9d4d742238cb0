package org.kvm4j.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.resource.FixedResource;
import org.kvm4j.resource.Resource;

/** What a provider says that its device occupies. */
final class DeclaredResources {

  private final List<FixedResource> places;

  /** Resources that are put anywhere; their ranges are recognised by their length. */
  private final List<Resource> anywhere = new ArrayList<>();

  private DeclaredResources(List<FixedResource> fixed) {
    places = new ArrayList<>(fixed);
  }

  static DeclaredResources of(DeviceProvider provider, Map<String, String> options) {
    DeclaredResources declared = new DeclaredResources(provider.fixedResources());
    for (DeviceOption<?> option : provider.options()) {
      option
          .resource()
          .ifPresent(
              resource ->
                  declared.add(
                      option, resource, options.getOrDefault(option.name(), option.defaultText())));
    }
    return declared;
  }

  private void add(DeviceOption<?> option, Resource resource, String text) {
    if (text.equals(DeviceOption.ANY)) {
      anywhere.add(resource);
    } else {
      long first = ((Number) option.parser().apply(text)).longValue();
      places.add(new FixedResource(resource, first));
    }
  }

  /** What the only device of a machine has and the provider does not name. */
  List<String> undeclared(MockMachine machine) {
    List<FixedResource> used = new ArrayList<>();
    for (AddressSpace.Range range : machine.pio().space().ranges()) {
      used.add(place(Resource.Kind.PORTS, range));
    }
    for (AddressSpace.Range range : machine.mmio().space().ranges()) {
      used.add(place(Resource.Kind.ADDRESSES, range));
    }
    machine.interrupts().forEach(gsi -> used.add(FixedResource.interrupt(gsi)));
    return used.stream().filter(place -> !isDeclared(place)).map(FixedResource::toString).toList();
  }

  private static FixedResource place(Resource.Kind kind, AddressSpace.Range range) {
    return new FixedResource(
        new Resource(kind, range.last() - range.first() + 1, false), range.first());
  }

  private boolean isDeclared(FixedResource place) {
    Resource resource = place.resource();
    return places.stream()
            .filter(declared -> declared.resource().kind() == resource.kind())
            .anyMatch(
                declared ->
                    Long.compareUnsigned(declared.first(), place.first()) <= 0
                        && Long.compareUnsigned(place.last(), declared.last()) <= 0)
        || anywhere.stream()
            .anyMatch(
                declared ->
                    declared.kind() == resource.kind() && declared.length() >= resource.length());
  }
}
