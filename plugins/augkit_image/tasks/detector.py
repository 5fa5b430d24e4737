"""Detector: a backbone, a feature pyramid and FCOS's head (Tian et al. 2019), as torchvision has them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models.detection import FCOS
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import FeaturePyramidNetwork, batched_nms

from augkit.errors import FieldError, RecipeError
from augkit.sample import Target
from augkit.train.classifier import lone
from augkit.train.config import Fields
from augkit.train.init import initialize
from augkit.train.layers import Group
from augkit.train.learner import Learner
from augkit.train.optimizers import body_and_head
from augkit.vocab.space import Boxes
from augkit_image.tasks.average_precision import Marked
from augkit_image.tasks.box_classes import COLUMN, plain_labels, unlabelled
from augkit_image.tasks.detection import DetectionConfig
from augkit_image.tasks.encoder import Encoder, pad_to
from augkit_image.tasks.found_boxes import FoundBoxes

SMALLEST = 1.0
"""Pixels: a box with a shorter side, in what the network is fed, is neither learnt nor looked for."""

SHOWN_FROM = 0.3
"""The score from which on a report draws a box."""

CROWD = "iscrowd"


class Found(NamedTuple):
    """``xyxy`` (n, 4) pixels, ``numbers`` (n,) of the classes, ``scores`` (n,), the best first."""

    xyxy: Tensor
    numbers: Tensor
    scores: Tensor


class Detector(Learner):
    """Pictures (b, c, h, w) to boxes in their own pixels, for any h and w: what the backbone's coarsest stage needs
    more is padded with the picture's last rows and columns. Nothing is resized or normalised inside.

    A frozen backbone keeps its weights and runs in eval mode throughout, so that BatchNorm's statistics stay too.
    """

    config: DetectionConfig
    counted = None

    def __init__(
        self,
        encoder: Encoder,
        config: DetectionConfig,
        fields: Fields,
        classes: Sequence[Any],
        steps: int,
        seed: int,
    ) -> None:
        super().__init__(config, list(classes), steps, seed)
        self.fields = fields
        self.backbone = encoder.requires_grad_(not config.freeze)
        self.head = Pyramid(encoder, config, len(self.classes))
        self.train()

    def train(self, mode: bool = True) -> Detector:
        """As any module's, but a frozen backbone stays in eval mode."""
        super().train(mode)
        if self.config.freeze:
            self.backbone.eval()
        return self

    def sums(self) -> FoundBoxes:
        """Nothing seen."""
        return FoundBoxes(self.classes)

    def groups(self) -> list[Group]:
        """The pyramid with the head, and the backbone unless it is frozen."""
        return body_and_head("backbone", self.backbone, self.head, self.config.lr, self.config.head_lr_factor)

    def forward(self, images: Tensor) -> list[Found]:
        """What is found in each of float32 (b, channels, h, w), normalised."""
        return self.head.found(self._seen(images))

    def judge(self, batch: dict[str, Any], split: str) -> Tensor:
        """Focal loss of the classes, generalised IoU loss of the boxes and cross entropy of how central a place is."""
        truths = [self.truth(boxes) for boxes in batch[self.fields.target]]
        with lone(self, len(truths)):
            seen = self._seen(batch[self.fields.input])
        loss = self.head.loss(seen, [self._learnt(truth) for truth in truths])
        with torch.no_grad():
            found = self.head.found(seen)
        self.tallies[split].add(float(loss.detach()), [_marked(one) for one in found], truths)
        return loss

    def outputs(self, batch: dict[str, Any]) -> list[Found]:
        """What is found in each picture."""
        return self(batch[self.fields.input])  # type: ignore[no-any-return]

    def exported(self) -> NoReturn:
        """Refused: what a detector tells has another length for every picture."""
        raise RecipeError(
            "task: object_detection has no exported form yet: boxes are as many as there are objects, and a file that "
            "runs without augkit gives one shape. `augkit predict` answers from the run itself."
        )

    def as_target(self, output: Found) -> Boxes:
        """Boxes that move with the picture, with their labels and scores."""
        numbers = output.numbers.cpu().numpy()
        columns = {"number": numbers, "score": output.scores.cpu().double().numpy()}
        return Boxes(output.xyxy.cpu().double().numpy(), columns)

    def from_target(self, target: Boxes) -> Found:
        """The reverse of ``as_target``."""
        columns = target.columns
        given = target.xyxy, columns["number"], columns["score"]
        return Found(*(torch.from_numpy(np.ascontiguousarray(each)) for each in given))

    def shown(self, output: Found, truth: Target) -> Boxes:
        """Those with a score of 0.3 or more."""
        sure = Found(*(each[output.scores >= SHOWN_FROM] for each in output))
        labels = [self.classes[number] for number in sure.numbers.tolist()]
        return Boxes(sure.xyxy.cpu().double().numpy(), {COLUMN: labels, "score": sure.scores.cpu().double().numpy()})

    def told(self, outputs: Sequence[Found]) -> dict[str, Any]:
        """``boxes``: of each object ``xyxy``, ``label`` and ``score``, the best first. Of several views those of all,
        of which overlapping ones of one class are one, the best.
        """
        joined = Found(*(torch.cat([each.double() for each in views]) for views in zip(*outputs, strict=True)))
        if len(outputs) > 1:
            kept = batched_nms(joined.xyxy, joined.scores, joined.numbers.long(), self.config.nms)
            joined = Found(*(each[kept[: self.config.max_boxes]] for each in joined))
        rows = zip(joined.xyxy.tolist(), joined.numbers.long().tolist(), joined.scores.tolist(), strict=True)
        return {
            "boxes": [
                {
                    "xyxy": [round(side, 2) for side in xyxy],
                    "label": self.classes[number],
                    "score": round(score, 6),
                }
                for xyxy, number, score in rows
            ]
        }

    def truth(self, boxes: Mapping[str, Any]) -> Marked:
        """A batch's boxes of one picture without those that are too thin; DataError for what is no class."""
        xyxy = boxes["xyxy"].cpu().numpy().reshape(-1, 4)
        if len(xyxy) and COLUMN not in boxes:
            raise unlabelled(self.fields.target)
        numbers = np.array([self.number(label) for label in plain_labels(boxes.get(COLUMN, ()))], np.int64)
        crowd = np.array(plain_labels(boxes.get(CROWD, np.zeros(len(xyxy)))), bool)
        wide = (xyxy[:, 2:] - xyxy[:, :2] >= SMALLEST).all(axis=1)
        return Marked.true(xyxy[wide], numbers[wide], crowd[wide])

    def _learnt(self, truth: Marked) -> dict[str, Tensor]:
        """Single objects, as torchvision takes them."""
        one = ~truth.crowd
        boxes = torch.from_numpy(truth.xyxy[one]).float().to(self.device)
        return {"boxes": boxes, "labels": torch.from_numpy(truth.numbers[one]).to(self.device)}

    def _seen(self, images: Tensor) -> Seen:
        padded = pad_to(images.contiguous(memory_format=self.layout), self.backbone.coarsest)
        size = int(images.shape[-2]), int(images.shape[-1])
        return self.head(self.backbone(padded), padded, size)  # type: ignore[no-any-return]


class Seen(NamedTuple):
    """What the head makes of a batch, where each of its places lies, and how many there are in each map."""

    outputs: dict[str, Tensor]
    places: list[Tensor]
    counts: list[int]
    size: tuple[int, int]


class Pyramid(nn.Module):
    """Maps of a backbone to one pyramid, and the head that reads each of its maps."""

    def __init__(self, encoder: Encoder, config: DetectionConfig, classes: int) -> None:
        super().__init__()
        used = [place for place, stride in enumerate(encoder.strides) if stride >= config.finest]
        if not used or encoder.strides[used[0]] != config.finest:
            strides = ", ".join(map(str, encoder.strides))
            raise FieldError(
                f"finest: the backbone has no stage of stride {config.finest}; it has {strides}.", "finest"
            )
        self.first = used[0]
        strides = encoder.strides[self.first :]
        self.pyramid = FeaturePyramidNetwork(encoder.channels[self.first :], config.pyramid_channels)
        initialize(self.pyramid, scheme=config.init)
        places = AnchorGenerator(tuple((stride,) for stride in strides), ((1.0,),) * len(strides))
        carrier = nn.Identity()
        carrier.out_channels = config.pyramid_channels  # type: ignore[assignment]
        self.fcos = FCOS(
            carrier,
            classes,
            anchor_generator=places,
            score_thresh=config.min_score,
            nms_thresh=config.nms,
            detections_per_img=config.max_boxes,
        )

    def forward(self, maps: Sequence[Tensor], padded: Tensor, size: tuple[int, int]) -> Seen:
        """Of pictures ``padded`` (b, c, H, W), of which ``size`` (h, w) is the picture."""
        named = OrderedDict((str(place), each) for place, each in enumerate(maps[self.first :]))
        features = list(self.pyramid(named).values())
        places = self.fcos.anchor_generator(ImageList(padded, [size] * len(padded)), features)
        counts = [int(each.shape[-2] * each.shape[-1]) for each in features]
        return Seen(self.fcos.head(features), places, counts, size)

    def loss(self, seen: Seen, truths: list[dict[str, Tensor]]) -> Tensor:
        """The sum of the head's three losses."""
        losses = self.fcos.compute_loss(truths, seen.outputs, seen.places, seen.counts)
        return torch.stack(list(losses.values())).sum()

    def found(self, seen: Seen) -> list[Found]:
        """Boxes of each picture, cut by it; of what overlaps the best is kept."""
        split = {name: list(each.split(seen.counts, dim=1)) for name, each in seen.outputs.items()}
        places = [list(each.split(seen.counts)) for each in seen.places]
        told = self.fcos.postprocess_detections(split, places, [seen.size] * len(places))
        return [Found(each["boxes"], each["labels"], each["scores"]) for each in told]


def _marked(found: Found) -> Marked:
    return Marked.told(*(each.detach().cpu().numpy() for each in found))
