"""The picture of a piece of a scene as one filter graph. What stands still is composed once and repeated."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from shared.media import filters
from shared.media.scene import ass
from shared.media.scene.clips import (
    Window,
    clip_stream,
    on_clock,
    picture_steps,
    still_input,
    still_stream,
)
from shared.media.scene.composition import Composition
from shared.media.scene.geometry import Box
from shared.media.scene.graph import FONT_FOLDER, Graph
from shared.media.scene.layers import Clip, Colour, Layer, Picture, Still, SubtitlesLayer, TextLayer

BLACK = "#000000"
CHROMA_MARK = "chroma_location=left:field_mode=prog"
"""What a source says of itself must not get into the encoder's parameters, which are the same in all units."""


def piece_graph(composition: Composition, number: int, first: int, last: int) -> Graph:
    """Frames `first` to `last` of a scene, the last excluded, as they are seen; its output is labelled [v].

    A piece lies within the scene's transition or behind it.
    """
    graph, rate = Graph(), composition.rate
    time = composition.times[number]
    label = scene_frames(graph, composition, number, Window(first, last))
    if first < time.transition:
        assert last <= time.transition, "a transition is a piece of its own: it works on another pixel format"
        before = composition.times[number - 1].frames
        gone = scene_frames(graph, composition, number - 1, Window(before + first, before + last))
        transition = composition.project.scenes[number].transition
        assert transition
        sides = [graph.add([one], f"{on_clock(rate, first)},fps={rate}") for one in (gone, label)]
        length, offset = float(time.transition / rate), float(-first / rate)
        label = graph.add(sides, f"xfade=transition={transition.type}:duration={length:.6f}:offset={offset:.6f}")
    # the encoder takes its rate from the last filter, and its level from that
    graph.add([label], f"format=yuv420p,{on_clock(rate, 0)},fps={rate},{filters.BT709_MARK}:{CHROMA_MARK}")
    return graph


def scene_frames(graph: Graph, composition: Composition, number: int, window: Window) -> str:
    """The label of a scene's own frames in a window, which may lie behind the scene's end."""
    canvas = _Canvas(graph, composition, number, window)
    for is_text, layers in groupby(seen(composition, number, window), key=_is_text):
        if is_text:
            canvas.write(list(layers))
        else:
            for layer in layers:
                canvas.paint(layer)
    return canvas.finish()


def seen(composition: Composition, number: int, window: Window) -> list[Layer]:
    """The layers that a window needs: what an opaque one hides completely is not even opened."""
    layers = [layer for layer in composition.stacks[number] if layer.start < window.last and layer.end > window.first]
    full = Box(0, 0, *composition.size)
    for at in range(len(layers) - 1, 0, -1):
        if _hides(layers[at], full) and layers[at].covers(window.first, window.last):
            return layers[at:]
    return layers


def _hides(layer: Layer, canvas: Box) -> bool:
    return isinstance(layer, Colour) or (isinstance(layer, Picture) and layer.hides_all(canvas))


def _is_text(layer: Layer) -> bool:
    return isinstance(layer, TextLayer | SubtitlesLayer)


class _Canvas:
    """What has been painted so far: one frame that stands still, or a stream with the scene's time stamps."""

    def __init__(self, graph: Graph, composition: Composition, number: int, window: Window) -> None:
        self._graph = graph
        self._composition = composition
        self._number = number
        self._window = window
        self._rate = composition.rate
        self._label: str | None = None
        self._is_still = True

    def paint(self, layer: Layer) -> None:
        """Put a layer of pixels on top."""
        window = self._window
        is_whole = layer.covers(window.first, window.last)
        if isinstance(layer, Colour):
            self._label, self._is_still = self._plain(layer.colour), True
        elif self._label is None and is_whole and _hides(layer, Box(0, 0, *self._composition.size)):
            self._begin(layer)
        elif isinstance(layer, Still) and is_whole and self._is_still and _stands_still(layer):
            self._overlay(layer, self._graph.add([still_input(self._graph, layer)], *picture_steps(layer)))
        elif isinstance(layer, Picture):
            self._thaw()
            part = Window(max(layer.start, window.first), min(layer.end, window.last))
            self._overlay(layer, self._stream(layer, part))

    def write(self, layers: Sequence[Layer]) -> None:
        """Put texts on top, all in one script."""
        window = self._window
        events = [
            _within(window, event)
            for layer in layers
            if isinstance(layer, TextLayer | SubtitlesLayer)
            for event in self._composition.events_in(self._number, layer, window.first, window.last)
        ]
        if not events:
            return
        is_steady = all(
            event.start <= window.first and event.end >= window.last and "\\fade" not in event.text for event in events
        )
        if not is_steady:
            self._thaw()
        script = ass.write(events, self._composition.size, self._rate)
        self._graph.fonts |= dict.fromkeys(ass.fonts_of(events))
        draw = f"ass=filename={self._graph.file(script, 'ass')}:fontsdir={FONT_FOLDER}:shaping=complex"
        if self._is_still:  # its one frame is at 0, as that of every picture which may yet be laid over it
            draw = f"{on_clock(self._rate, window.first)},{draw},{on_clock(self._rate, 0)}"
        self._label = self._graph.add([self._under()], draw)

    def finish(self) -> str:
        """The label of the stream."""
        self._thaw()
        return self._under()

    def _begin(self, layer: Layer) -> None:
        """Let a layer that hides everything be the canvas."""
        if isinstance(layer, Still) and _stands_still(layer):
            self._label = self._graph.add([still_input(self._graph, layer)], *picture_steps(layer))
        elif isinstance(layer, Picture):
            self._label, self._is_still = self._stream(layer, self._window), False

    def _stream(self, layer: Picture, window: Window) -> str:
        if isinstance(layer, Clip):
            facts = self._composition.media[layer.src].video
            assert facts, "the schedule has checked the kinds of all sources"
            return clip_stream(
                self._graph,
                layer,
                facts,
                window,
                self._rate,
                is_kept=layer.path in self._composition.kept[self._number],
            )
        assert isinstance(layer, Still)
        return still_stream(self._graph, layer, window, self._rate)

    def _overlay(self, layer: Layer, label: str) -> None:
        assert isinstance(layer, Picture)
        target = layer.placement.target
        place = f"overlay={target.x}:{target.y}:eof_action=pass:eval=init"
        self._label = self._graph.add([self._under(), label], place, "format=yuv420p")

    def _under(self) -> str:
        if self._label is None:
            self._label = self._plain(BLACK)
        return self._label

    def _plain(self, colour: str) -> str:
        """One frame of a colour, converted as pictures are."""
        width, height = self._composition.size
        source = f"color=c=0x{colour[1:]}:s={width}x{height}:r={self._rate},format=gbrp"
        return self._graph.add([], source, "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,trim=end_frame=1")

    def _thaw(self) -> None:
        """Repeat the still canvas as a stream."""
        if self._is_still:
            steps = f"loop=loop=-1:size=1:start=0,{on_clock(self._rate, self._window.first)}"
            self._label = self._graph.add([self._under()], steps, f"trim=end_frame={self._window.frames}")
            self._is_still = False


def _within(window: Window, event: ass.Event) -> ass.Event:
    """What a window sees of a text, so that its key does not tell when the text came; fades count from there."""
    if "\\fade" in event.text:
        return event
    return replace(event, start=max(event.start, window.first), end=min(event.end, window.last))


def _stands_still(still: Still) -> bool:
    return not (still.move or still.fade_in or still.fade_out)
