"""MP3 files as bytes: where the sound is in them, how long it is, and whether it can be joined to ours.

A file is a row of frames, each with a header of four bytes (ISO/IEC 11172-3, layer III; 13818-3 halves the sample
rates, "MPEG 2.5" quarters them). Around them may stand tags with a title or a picture, which are no sound.
"""

from dataclasses import dataclass

HERTZ, CHANNELS = 16_000, 1  # of every sound here: a browser stops where either changes in the middle of what it plays
LONGEST = 60  # seconds of one sentence

# By the header's two bits for the version: 3 is MPEG 1, 2 is MPEG 2, 0 is "MPEG 2.5".
RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
MPEG_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
# How encoders mark a first frame that says how long the file is: in a joined sound it would be wrong.
ABOUT_THE_FILE = (b"Xing", b"Info", b"VBRI")
TAGS_BEHIND = (b"TAG", b"APETAGEX", b"LYRICSBEGIN")


class NotUsable(Exception):
    """These bytes cannot be played in place of a sentence; says why, as the end of "...: "."""


@dataclass(frozen=True, slots=True)
class Frame:
    size: int  # bytes, with its header
    samples: int
    hertz: int
    channels: int


@dataclass(frozen=True, slots=True)
class Sound:
    """The frames of a file: bytes from ``start`` to before ``end``."""

    start: int
    end: int
    seconds: float
    hertz: int
    channels: int


def sound_in(data: bytes) -> Sound:
    """Where the sound of an MP3 file is. Raises NotUsable where it is none, or does not end as it should."""
    start = at = after_tag(data)
    first, samples = None, 0
    while frame := frame_at(data, at):
        if first is None and any(mark in data[at : at + 64] for mark in ABOUT_THE_FILE):
            start = at = at + frame.size
            continue
        first = first or frame
        if (frame.hertz, frame.channels) != (first.hertz, first.channels):
            raise NotUsable("it changes between mono and stereo, or its sample rate, on the way")
        samples += frame.samples
        at += frame.size
    if first is None:
        raise NotUsable("it is not an MP3 file")
    rest = data[at:]
    if at > len(data) or (rest.strip(b"\0") and not rest.startswith(TAGS_BEHIND)):
        raise NotUsable("it is damaged, or was cut off")
    return Sound(start, at, samples / first.hertz, first.hertz, first.channels)


def usable(data: bytes) -> Sound:
    """The sound in a recording that can be played in place of a sentence. Raises NotUsable."""
    found = sound_in(data)
    if (found.hertz, found.channels) != (HERTZ, CHANNELS):
        raise NotUsable(
            f"it is {'mono' if found.channels == 1 else 'stereo'} with {found.hertz:,} samples a second; it has to be "
            f"mono with {HERTZ:,}, to be played together with others (docs/words.md says how to save it so)"
        )
    if found.seconds > LONGEST:
        raise NotUsable(f"it is {found.seconds:.0f} seconds long; one sentence is at most {LONGEST}")
    return found


def after_tag(data: bytes) -> int:
    """Where the frames begin: behind an ID3v2 tag, whose length is written in four bytes of seven bits."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    length = 0
    for byte in data[6:10]:
        length = length << 7 | byte & 0x7F
    return length + (20 if data[5] & 0x10 else 10)


def frame_at(data: bytes, at: int) -> Frame | None:
    """The frame of which the header stands here, if one does."""
    header = data[at : at + 4]
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:  # eleven ones, and layer III
        return None
    version, bits, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version not in RATES or not 1 <= bits <= len(MPEG_1) or rate > 2:
        return None
    hertz, samples = RATES[version][rate], 1152 if version == 3 else 576
    kilobits = (MPEG_1 if version == 3 else MPEG_2)[bits - 1]
    size = samples // 8 * kilobits * 1000 // hertz + (header[2] >> 1 & 1)
    return Frame(size, samples, hertz, 1 if header[3] >> 6 == 3 else 2)
