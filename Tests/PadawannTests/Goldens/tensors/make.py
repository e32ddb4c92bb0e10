#!/usr/bin/env python3
"""Makes files of tensors that are datasets. Needs torch and safetensors; run it in this folder: python make.py"""
import safetensors.torch
import torch

images = torch.arange(2 * 3 * 4, dtype=torch.uint8).reshape(2, 3, 4)
labels = torch.tensor([4, 0])
# As torchvision's processed/training.pt; saved by PyTorch before 1.6 and since.
torch.save((images, labels), "tuple.pt")
torch.save((images, labels), "tuple-legacy.pt", _use_new_zipfile_serialization=False)
torch.save([images.float() / 2, labels.unsqueeze(1).to(torch.uint8)], "list.pt")
# A view of a storage, other types of numbers.
wide = torch.arange(48, dtype=torch.int32).reshape(2, 4, 6)
torch.save({"data": wide[:, :3, ::2], "targets": labels.int(), "epoch": 3}, "dictionary.pt")
torch.save({"x_train": images, "y_train": labels, "x_test": images[:1], "y_test": labels[:1]}, "parts.pt")
torch.save(images, "single.pt")
torch.save((images, "text"), "mixed.pt")
safetensors.torch.save_file({"images": images, "labels": labels}, "named.safetensors")
