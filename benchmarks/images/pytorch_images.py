"""Reads a folder of JPEGs with PyTorch's DataLoader and Pillow: one line of JSON on standard output.

usage: pytorch_images.py REQUEST    (REQUEST: JSON of RunRequest)

The transforms are torchvision's, written out: Debian has no torchvision.
"""
import json
import math
import os
import platform
import random
import resource
import sys
import time

import numpy as np
import PIL
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

BATCH = 128


class ImageFolder(Dataset):
    def __init__(self, root, transform, mode):
        self.transform, self.mode = transform, mode
        classes = sorted(os.listdir(root))
        self.samples = [(os.path.join(root, c, name), label)
                        for label, c in enumerate(classes) for name in sorted(os.listdir(os.path.join(root, c)))]

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path, label = self.samples[index]
        with open(path, "rb") as file:
            image = Image.open(file).convert(self.mode)
        return self.transform(image), label


def to_tensor(image):
    values = torch.from_numpy(np.array(image, np.uint8, copy=True))
    values = values.view(image.height, image.width, len(image.getbands()))
    return values.permute(2, 0, 1).contiguous().to(torch.float32).div(255)


class Normalize:
    def __init__(self, mean, std):
        self.mean = torch.tensor(mean).view(-1, 1, 1)
        self.std = torch.tensor(std).view(-1, 1, 1)

    def __call__(self, values):
        return values.sub_(self.mean).div_(self.std)


def random_resized_crop(image, size):
    width, height = image.size
    for _ in range(10):
        area = width * height * random.uniform(0.08, 1)
        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            top, left = random.randint(0, height - h), random.randint(0, width - w)
            break
    else:
        top, left, h, w = 0, 0, height, width
    return image.crop((left, top, left + w, top + h)).resize((size, size), Image.Resampling.BILINEAR)


class Small:
    mode, normalize = "L", Normalize([0.286], [0.353])

    def __call__(self, image):
        return self.normalize(to_tensor(image))


class Large:
    mode, normalize = "RGB", Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])

    def __call__(self, image):
        image = random_resized_crop(image, 224)
        if random.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return self.normalize(to_tensor(image))


def cpu():
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def peak():
    kibibytes = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return (kibibytes[0] + WORKERS * kibibytes[1]) / 1024


request = json.loads(sys.argv[1])
WORKERS = request["Workers"]
torch.set_num_threads(1)
transform = Small() if request["Workload"] == "small" else Large()
data = ImageFolder(request["Folder"], transform, transform.mode)
loader = DataLoader(data, BATCH, shuffle=True, num_workers=WORKERS)
seconds, cpu_seconds, peaks, mean = [], [], [], 0
for epoch in range(request["Epochs"]):
    start, cpu_start, total, images = time.perf_counter(), cpu(), 0.0, 0
    for inputs, labels in loader:
        total += inputs.sum().item() / (inputs.numel() / len(labels))
        images += len(labels)
    mean = total / images
    cpu_seconds.append(cpu() - cpu_start)    # The epoch has ended: its workers are waited for.
    seconds.append(time.perf_counter() - start)
    peaks.append(peak())
print(json.dumps({
    "Version": f"Python {platform.python_version()}, PyTorch {torch.__version__}, Pillow {PIL.__version__}",
    "Images": images, "Seconds": seconds, "CpuSeconds": cpu_seconds, "PeakMegabytes": peaks, "Mean": mean}))
