"""Sources on images beyond convolutional classifiers: segmentation, vision transformers, images with text."""

from symflops.bibliography.entries import conference, preprint

ENTRIES = (
    conference(
        "yu2016multi",
        "Fisher Yu and Vladlen Koltun",
        "Multi-Scale Context Aggregation by Dilated Convolutions",
        2016,
        "ICLR",
        "1511.07122",
    ),
    conference(
        "dosovitskiy2021image",
        "Alexey Dosovitskiy and Lucas Beyer and Alexander Kolesnikov and Dirk Weissenborn and "
        "Xiaohua Zhai and Thomas Unterthiner and Mostafa Dehghani and Matthias Minderer and Georg Heigold "
        "and Sylvain Gelly and Jakob Uszkoreit and Neil Houlsby",
        "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
        2021,
        "ICLR",
        "2010.11929",
    ),
    conference(
        "touvron2021training",
        "Hugo Touvron and Matthieu Cord and Matthijs Douze and Francisco Massa and "
        "Alexandre Sablayrolles and Hervé Jégou",
        r"Training Data-Efficient Image Transformers \& Distillation through Attention",
        2021,
        "ICML",
        "2012.12877",
    ),
    conference(
        "touvron2021going",
        "Hugo Touvron and Matthieu Cord and Alexandre Sablayrolles and Gabriel Synnaeve and Hervé Jégou",
        "Going Deeper with Image Transformers",
        2021,
        "ICCV",
        "2103.17239",
    ),
    conference(
        "liu2021swin",
        "Ze Liu and Yutong Lin and Yue Cao and Han Hu and Yixuan Wei and Zheng Zhang and Stephen Lin and "
        "Baining Guo",
        "{Swin Transformer}: Hierarchical Vision Transformer Using Shifted Windows",
        2021,
        "ICCV",
        "2103.14030",
    ),
    conference(
        "liu2022swin",
        "Ze Liu and Han Hu and Yutong Lin and Zhuliang Yao and Zhenda Xie and Yixuan Wei and Jia Ning and "
        "Yue Cao and Zheng Zhang and Li Dong and Furu Wei and Baining Guo",
        "{Swin Transformer V2}: Scaling Up Capacity and Resolution",
        2022,
        "CVPR",
        "2111.09883",
    ),
    conference(
        "tu2022maxvit",
        "Zhengzhong Tu and Hossein Talebi and Han Zhang and Feng Yang and Peyman Milanfar and Alan Bovik "
        "and Yinxiao Li",
        "{MaxViT}: Multi-Axis Vision Transformer",
        2022,
        "ECCV",
        "2204.01697",
    ),
    conference(
        "peebles2023scalable",
        "William Peebles and Saining Xie",
        "Scalable Diffusion Models with Transformers",
        2023,
        "ICCV",
        "2212.09748",
    ),
    conference(
        "radford2021learning",
        "Alec Radford and Jong Wook Kim and Chris Hallacy and Aditya Ramesh and Gabriel Goh and "
        "Sandhini Agarwal and Girish Sastry and Amanda Askell and Pamela Mishkin and Jack Clark and "
        "Gretchen Krueger and Ilya Sutskever",
        "Learning Transferable Visual Models From Natural Language Supervision",
        2021,
        "ICML",
        "2103.00020",
    ),
    conference(
        "ronneberger2015unet",
        "Olaf Ronneberger and Philipp Fischer and Thomas Brox",
        "{U-Net}: Convolutional Networks for Biomedical Image Segmentation",
        2015,
        "MICCAI",
        "1505.04597",
        pages="234--241",
        doi="10.1007/978-3-319-24574-4_28",
    ),
    conference(
        "long2015fully",
        "Jonathan Long and Evan Shelhamer and Trevor Darrell",
        "Fully Convolutional Networks for Semantic Segmentation",
        2015,
        "CVPR",
        "1411.4038",
    ),
    preprint(
        "chen2017rethinking",
        "Liang-Chieh Chen and George Papandreou and Florian Schroff and Hartwig Adam",
        "Rethinking Atrous Convolution for Semantic Image Segmentation",
        2017,
        "1706.05587",
    ),
)
