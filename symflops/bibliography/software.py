"""Programs and collections of weights that conventions, layers and published numbers rest on."""

from symflops import __version__
from symflops.bibliography.entries import Entry, conference, software

SYMFLOPS = Entry(
    "misc",
    "symflops",
    (
        ("author", "{The symflops authors}"),
        ("title", "symflops: What Neural Networks Cost, in Symbols"),
        ("howpublished", "Software"),
        ("note", f"Version {__version__}"),
        ("year", "2026"),
    ),
)
ENTRIES = (
    conference(
        "paszke2019pytorch",
        "Adam Paszke and Sam Gross and Francisco Massa and Adam Lerer and James Bradbury and "
        "Gregory Chanan and Trevor Killeen and Zeming Lin and Natalia Gimelshein and Luca Antiga and "
        "Alban Desmaison and Andreas Köpf and Edward Yang and Zachary DeVito and Martin Raison and "
        "Alykhan Tejani and Sasank Chilamkurthy and Benoit Steiner and Lu Fang and Junjie Bai and "
        "Soumith Chintala",
        "{PyTorch}: An Imperative Style, High-Performance Deep Learning Library",
        2019,
        "NeurIPS",
        "1912.01703",
        names=("PyTorch", "torch.utils.flop_counter", "FlopCounterMode"),
        volume="32",
    ),
    software(
        "torchvision2016",
        "{TorchVision maintainers and contributors}",
        "{TorchVision}: {PyTorch}'s Computer Vision Library",
        "pytorch/vision",
        "torchvision",
        year="2016",
    ),
    software(
        "fvcore",
        "{Facebook AI Research}",
        "fvcore",
        "facebookresearch/fvcore",
        "fvcore",
    ),
    software(
        "ptflops",
        "Vladislav Sovrasov",
        "ptflops: A Flops Counting Tool for Neural Networks in {PyTorch} Framework",
        "sovrasov/flops-counter.pytorch",
        "ptflops",
    ),
    software("torchinfo", "Tyler Yep", "torchinfo", "TylerYep/torchinfo", "torchinfo", year="2020"),
    software(
        "calflops",
        "Xiaoju Ye",
        "calflops: A {FLOPs} and Params Calculate Tool for Neural Networks in {PyTorch} Framework",
        "MrYxJ/calculate-flops.pytorch",
        "calflops",
        year="2023",
    ),
    conference(
        "rasley2020deepspeed",
        "Jeff Rasley and Samyam Rajbhandari and Olatunji Ruwase and Yuxiong He",
        "{DeepSpeed}: System Optimizations Enable Training Deep Learning Models with Over 100 Billion "
        "Parameters",
        2020,
        "International Conference on Knowledge Discovery and Data Mining (KDD)",
        names=("DeepSpeed",),
        doi="10.1145/3394486.3406703",
    ),
    conference(
        "wolf2020transformers",
        "Thomas Wolf and Lysandre Debut and Victor Sanh and Julien Chaumond and Clement Delangue and "
        "Anthony Moi and others",
        "Transformers: State-of-the-Art Natural Language Processing",
        2020,
        "Conference on Empirical Methods in Natural Language Processing: System Demonstrations",
        names=("transformers,",),
        pages="38--45",
    ),
    software(
        "wightman2019timm",
        "Ross Wightman",
        "{PyTorch} Image Models",
        "huggingface/pytorch-image-models",
        "timm",
        year="2019",
        doi="10.5281/zenodo.4414861",
    ),
    software(
        "kerashub2024",
        "Matthew Watson and François Chollet and Divyashree Sreepathihalli and Samaneh Saadat and "
        "Ramesh Sampath and Gabriel Rasskin and others",
        "{KerasHub}",
        "keras-team/keras-hub",
        "KerasHub",
        year="2024",
    ),
    conference(
        "jia2014caffe",
        "Yangqing Jia and Evan Shelhamer and Jeff Donahue and Sergey Karayev and Jonathan Long and "
        "Ross Girshick and Sergio Guadarrama and Trevor Darrell",
        "{Caffe}: Convolutional Architecture for Fast Feature Embedding",
        2014,
        "ACM International Conference on Multimedia",
        "1408.5093",
        names=("Caffe",),
        pages="675--678",
    ),
    conference(
        "muennighoff2023mteb",
        "Niklas Muennighoff and Nouamane Tazi and Loïc Magne and Nils Reimers",
        "{MTEB}: Massive Text Embedding Benchmark",
        2023,
        "EACL",
        "2210.07316",
        names=("MTEB",),
    ),
    software(
        "imgclsmob",
        "Oleg Sémery",
        "imgclsmob: Convolutional Neural Networks for Computer Vision",
        "osmr/imgclsmob",
    ),
    software(
        "louradour2023whisper",
        "Jérôme Louradour",
        "whisper-timestamped",
        "linto-ai/whisper-timestamped",
        year="2023",
    ),
    software(
        "yang2024fla",
        "Songlin Yang and Yu Zhang",
        "{FLA}: A {Triton}-Based Library for Hardware-Efficient Implementations of Linear Attention "
        "Mechanism",
        "fla-org/flash-linear-attention",
        year="2024",
    ),
)
