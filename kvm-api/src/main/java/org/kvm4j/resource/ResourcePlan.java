package org.kvm4j.resource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.device.DeviceOption;

/**
 * Gives every device of a VM its place: first those that can be in one place only, then those that
 * take any.
 *
 * <p>A conflict is told with both devices, where their code comes from, what they want and, if one
 * of them can move, a place that is free; all conflicts are told at once.
 *
 * <p>Threading: one thread.
 */
public final class ResourcePlan {

  /** What is taken, and by whom; {@code deviceId} is empty for the machine itself. */
  private record Taken(FixedResource place, String deviceId, String label, Optional<Move> move) {}

  /** How it could be somewhere else. */
  private record Move(String deviceId, String option) {}

  private final FreePlaces free;
  private final List<Taken> taken = new ArrayList<>();
  private final Map<Move, FixedResource> advised = new HashMap<>();

  /**
   * Nothing is taken yet.
   *
   * @param anyAddresses from where to where devices that take any address are put: outside RAM
   */
  public ResourcePlan(FixedResource anyAddresses) {
    free = new FreePlaces(anyAddresses);
  }

  /** Takes a place for the machine itself: {@code "RAM"}, {@code "KVM's IOAPIC"}. */
  public void reserve(String label, FixedResource place) {
    taken.add(new Taken(place, "", label, Optional.empty()));
  }

  /**
   * Places more devices.
   *
   * @return for each id all of the user's options, with a number in place of every {@code any}
   * @throws DeviceConflictException naming every conflict, each on a line of its own; the plan is
   *     of no further use then
   */
  public Map<String, Map<String, String>> place(List<ResourceRequest> requests) {
    List<String> conflicts = new ArrayList<>();
    for (ResourceRequest request : requests) {
      fixedPlacesOf(request).forEach(wanted -> take(wanted, conflicts));
    }
    Map<String, Map<String, String>> texts = new LinkedHashMap<>();
    for (ResourceRequest request : requests) {
      texts.put(request.id(), placeAny(request, conflicts));
    }
    if (!conflicts.isEmpty()) {
      throw new DeviceConflictException(String.join(System.lineSeparator(), conflicts));
    }
    return texts;
  }

  /**
   * Places a device anew, whose code has changed: what it had is free for it.
   *
   * @return all of its options, with a number in place of every {@code any}
   * @throws DeviceConflictException naming every conflict; the plan is as before then
   */
  public Map<String, String> placeAgain(ResourceRequest request) {
    List<Taken> before = List.copyOf(taken);
    taken.removeIf(each -> each.deviceId().equals(request.id()));
    try {
      return place(List.of(request)).get(request.id());
    } catch (DeviceConflictException e) {
      taken.clear();
      taken.addAll(before);
      advised.clear();
      throw e;
    }
  }

  private static List<Taken> fixedPlacesOf(ResourceRequest request) {
    List<Taken> places = new ArrayList<>();
    for (FixedResource fixed : request.provider().fixedResources()) {
      places.add(new Taken(fixed, request.id(), request.label(), Optional.empty()));
    }
    for (DeviceOption<?> option : request.provider().options()) {
      if (option.resource().isPresent() && !request.wantsAny(option)) {
        FixedResource place = request.place(option, option.resource().get());
        places.add(new Taken(place, request.id(), request.label(), moving(request, option)));
      }
    }
    return places;
  }

  private void take(Taken wanted, List<String> conflicts) {
    for (Taken other : taken) {
      if (wanted.place().conflictsWith(other.place())) {
        conflicts.add(conflict(wanted, other));
      }
    }
    taken.add(wanted);
  }

  private Map<String, String> placeAny(ResourceRequest request, List<String> conflicts) {
    Map<String, String> texts = new LinkedHashMap<>(request.given());
    for (DeviceOption<?> option : request.provider().options()) {
      if (request.wantsAny(option)) {
        Resource resource = option.resource().orElseThrow();
        Optional<FixedResource> place = free.find(resource, this::isFree);
        place.ifPresentOrElse(
            found -> {
              taken.add(new Taken(found, request.id(), request.label(), moving(request, option)));
              texts.put(option.name(), resource.kind().number(found.first()));
            },
            () ->
                conflicts.add(
                    "%s wants %s anywhere, but none is free. Leave out a device."
                        .formatted(request.label(), resource)));
      }
    }
    return texts;
  }

  private boolean isFree(FixedResource place) {
    return taken.stream().noneMatch(other -> place.conflictsWith(other.place()));
  }

  private String conflict(Taken wanted, Taken other) {
    return "%s wants %s, but %s has %s. %s"
        .formatted(
            wanted.label(), wanted.place(), other.label(), other.place(), advice(wanted, other));
  }

  /** Who came later moves, if it can. */
  private String advice(Taken wanted, Taken other) {
    return Stream.of(wanted, other)
        .flatMap(each -> advisedMove(each).stream())
        .findFirst()
        .orElse("Leave one of the two out.");
  }

  /** The same advice in every conflict of one option, and never one place for two. */
  private Optional<String> advisedMove(Taken from) {
    return from.move()
        .flatMap(
            move -> {
              if (!advised.containsKey(move)) {
                free.near(from.place(), this::isFreeAndNotAdvised)
                    .ifPresent(place -> advised.put(move, place));
              }
              return Optional.ofNullable(advised.get(move)).map(place -> sentence(move, place));
            });
  }

  private static String sentence(Move move, FixedResource place) {
    return "Give %s %s=%s, which is free."
        .formatted(move.deviceId(), move.option(), place.resource().kind().number(place.first()));
  }

  private boolean isFreeAndNotAdvised(FixedResource place) {
    return isFree(place) && advised.values().stream().noneMatch(place::conflictsWith);
  }

  private static Optional<Move> moving(ResourceRequest request, DeviceOption<?> option) {
    return Optional.of(new Move(request.id(), option.name()));
  }
}
