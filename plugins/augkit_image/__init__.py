"""The image plugin: steps, readers, writers and sources for images and what is annotated on them."""

from __future__ import annotations

from augkit import hookimpl
from augkit.registry import Registry

AUGKIT_API = 1

_TARGETS = {
    "image": "Image",
    "image_tensor": "ImageTensor",
    "image_sequence": "ImageSequence",
    "image_sequence_tensor": "ImageSequenceTensor",
    "mask": "Mask",
    "masks": "InstanceMasks",
    "boxes": "Boxes",
    "oriented_boxes": "OrientedBoxes",
    "polygons": "Polygons",
    "keypoints": "Keypoints",
    "heatmap": "Heatmap",
    "depth": "Depth",
}
_STEPS = {
    "geometry": {
        "hflip": "HFlip",
        "vflip": "VFlip",
        "transpose": "Transpose",
        "rot90": "Rot90",
        "rotate": "Rotate",
        "affine": "Affine",
        "shift_scale_rotate": "ShiftScaleRotate",
        "perspective": "Perspective",
    },
    "bending": {
        "elastic": "ElasticDeformation",
        "grid_distortion": "GridDistortion",
        "optical_distortion": "OpticalDistortion",
        "fisheye": "Fisheye",
    },
    "crops": {
        "crop": "Crop",
        "center_crop": "CenterCrop",
        "random_crop": "RandomCrop",
        "random_resized_crop": "RandomResizedCrop",
        "resize": "Resize",
        "pad": "Pad",
    },
    "aware_crops": {"crop_near_mask": "CropNearMask", "random_crop_keep_boxes": "RandomCropKeepBoxes"},
    "colour_steps": {
        "color_jitter": "ColorJitter",
        "brightness": "Brightness",
        "contrast": "Contrast",
        "saturation": "Saturation",
        "hue": "Hue",
        "gamma": "Gamma",
        "grayscale": "Grayscale",
        "channel_shuffle": "ChannelShuffle",
    },
    "tone_steps": {
        "tone_curve": "ToneCurve",
        "auto_contrast": "AutoContrast",
        "equalize": "Equalize",
        "clahe": "Clahe",
        "posterize": "Posterize",
        "solarize": "Solarize",
        "invert": "Invert",
    },
    "pca_color": {"pca_color": "PcaColor"},
    "filter_steps": {
        "gaussian_blur": "GaussianBlur",
        "gaussian_noise": "GaussianNoise",
        "sharpen": "Sharpen",
        "jpeg": "Jpeg",
    },
    "blur_steps": {"motion_blur": "MotionBlur", "defocus": "Defocus", "median_blur": "MedianBlur"},
    "erase_step": {"erase": "EraseRects", "coarse_dropout": "CoarseDropout", "grid_dropout": "GridDropout"},
    "mix_steps": {"cutmix": "CutMix", "mosaic": "FourInOne", "copy_paste": "CopyPaste"},
    "tensor_steps": {"normalize": "Normalize", "to_tensor": "ToTensor"},
    "whitening": {"pca": "Pca", "whiten": "Whiten"},
    "bridge": {"albumentations": "Albumentations"},
}
_READERS = {"image": "encoded:open_image", "mask": "files:read_mask", "masks": "mask_files:read_masks"}
_WRITERS = {"image": "writers:write_image", "mask": "writers:write_mask", "masks": "mask_files:write_masks"}
_SOURCES = {
    "image_folder": "sources:ImageFolder",
    "coco": "coco:Coco",
    "voc": "voc:Voc",
    "yolo": "yolo:Yolo",
    "box_table": "box_table:BoxTable",
}


@hookimpl
def augkit_register(registry: Registry) -> None:
    registry.install = "pip install 'augkit[image]'"
    for kind, cls in _TARGETS.items():
        registry.target(kind, f"augkit.vocab.space:{cls}", modality="image")
    for kind, function in _READERS.items():
        registry.reader(kind, f"augkit_image.{function}")
    for kind, function in _WRITERS.items():
        registry.writer(kind, f"augkit_image.{function}")
    for name, path in _SOURCES.items():
        registry.source(name, f"augkit_image.{path}")
    for name, cls in {"digits": "Digits", "shapes": "Shapes"}.items():
        registry.demo(name, f"augkit_image.demo:{cls}")
    registry.kernels("augkit_image.running")
    registry.kernels("augkit_image.mixes")
    registry.transform("image/mixup", "augkit.vocab.blend:MixUp")
    registry.starter("images beside masks", "augkit_image.starter_masks:masked")
    registry.starter("image_folder", "augkit_image.starter:image_folder")
    registry.starter("classes in a table", "augkit_image.starter_tables:classes_in_a_table")
    registry.starter("coco, voc, yolo, box_table", "augkit_image.starter_objects:objects")
    for module, steps in _STEPS.items():
        for name, cls in steps.items():
            registry.transform(f"image/{name}", f"augkit_image.{module}:{cls}")
    registry.task("object_detection", "augkit_image.tasks:ObjectDetection", install="pip install 'augkit[image,train]'")
    registry.task("segmentation", "augkit_image.tasks:Segmentation", install="pip install 'augkit[image,train]'")
    registry.policy("image", "augkit_image.policy:STEPS")
    registry.corruptions("image", "augkit_image.corruptions:CORRUPTIONS")
    registry.calibration("image", "augkit_image.calibrating:calibrate")
    registry.importer("albumentations", "augkit_image.importing:ALBUMENTATIONS")
    registry.importer("torchvision", "augkit_image.torchvision_importing:TORCHVISION")
