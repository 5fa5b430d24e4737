"""The image plugin: steps, readers and sources for images, masks, boxes and keypoints."""

from augkit import hookimpl

AUGKIT_API = 1
_INSTALL = "pip install 'augkit[image]'"
_STEPS = {"geometry": {"hflip": "HFlip"}}


@hookimpl
def augkit_register(registry):
    registry.install = _INSTALL
    for kind, cls in {"image": "Image", "image_tensor": "ImageTensor", "mask": "Mask", "boxes": "Boxes", "keypoints": "Keypoints"}.items():
        registry.target(kind, f"augkit.vocab.space:{cls}", modality="image")
    registry.kernels("augkit_image.follow")
    for module, steps in _STEPS.items():
        for name, cls in steps.items():
            registry.transform(f"image/{name}", f"augkit_image.{module}:{cls}")
