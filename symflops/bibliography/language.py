"""Sources on text and speech: transformers, their attention, and language models."""

from symflops.bibliography.entries import article, conference, preprint, report

ENTRIES = (
    conference(
        "vaswani2017attention",
        "Ashish Vaswani and Noam Shazeer and Niki Parmar and Jakob Uszkoreit and Llion Jones and "
        "Aidan N. Gomez and {\\L}ukasz Kaiser and Illia Polosukhin",
        "Attention Is All You Need",
        2017,
        "NeurIPS",
        "1706.03762",
        volume="30",
    ),
    conference(
        "gehring2017convolutional",
        "Jonas Gehring and Michael Auli and David Grangier and Denis Yarats and Yann N. Dauphin",
        "Convolutional Sequence to Sequence Learning",
        2017,
        "ICML",
        "1705.03122",
    ),
    conference(
        "shazeer2017outrageously",
        "Noam Shazeer and Azalia Mirhoseini and Krzysztof Maziarz and Andy Davis and Quoc Le and "
        "Geoffrey Hinton and Jeff Dean",
        "Outrageously Large Neural Networks: The Sparsely-Gated Mixture-of-Experts Layer",
        2017,
        "ICLR",
        "1701.06538",
    ),
    preprint(
        "shazeer2019fast",
        "Noam Shazeer",
        "Fast Transformer Decoding: One Write-Head is All You Need",
        2019,
        "1911.02150",
    ),
    preprint(
        "shazeer2020glu",
        "Noam Shazeer",
        "{GLU} Variants Improve Transformer",
        2020,
        "2002.05202",
    ),
    preprint(
        "fedus2021switch",
        "William Fedus and Barret Zoph and Noam Shazeer",
        "Switch Transformers: Scaling to Trillion Parameter Models with Simple and Efficient Sparsity",
        2021,
        "2101.03961",
    ),
    conference(
        "devlin2019bert",
        "Jacob Devlin and Ming-Wei Chang and Kenton Lee and Kristina Toutanova",
        "{BERT}: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        2019,
        "NAACL",
        "1810.04805",
        pages="4171--4186",
    ),
    report(
        "radford2018improving",
        "Alec Radford and Karthik Narasimhan and Tim Salimans and Ilya Sutskever",
        "Improving Language Understanding by Generative Pre-Training",
        2018,
        "OpenAI",
    ),
    report(
        "radford2019language",
        "Alec Radford and Jeffrey Wu and Rewon Child and David Luan and Dario Amodei and Ilya Sutskever",
        "Language Models are Unsupervised Multitask Learners",
        2019,
        "OpenAI",
    ),
    conference(
        "brown2020language",
        "Tom B. Brown and Benjamin Mann and Nick Ryder and Melanie Subbiah and Jared Kaplan and "
        "Prafulla Dhariwal and Arvind Neelakantan and Pranav Shyam and Girish Sastry and Amanda Askell and "
        "Sandhini Agarwal and Ariel Herbert-Voss and Gretchen Krueger and Tom Henighan and Rewon Child and "
        "Aditya Ramesh and Daniel M. Ziegler and Jeffrey Wu and Clemens Winter and Christopher Hesse and "
        "Mark Chen and Eric Sigler and Mateusz Litwin and Scott Gray and Benjamin Chess and Jack Clark and "
        "Christopher Berner and Sam McCandlish and Alec Radford and Ilya Sutskever and Dario Amodei",
        "Language Models are Few-Shot Learners",
        2020,
        "NeurIPS",
        "2005.14165",
        volume="33",
    ),
    preprint(
        "kaplan2020scaling",
        "Jared Kaplan and Sam McCandlish and Tom Henighan and Tom B. Brown and Benjamin Chess and "
        "Rewon Child and Scott Gray and Alec Radford and Jeffrey Wu and Dario Amodei",
        "Scaling Laws for Neural Language Models",
        2020,
        "2001.08361",
    ),
    preprint(
        "hoffmann2022training",
        "Jordan Hoffmann and Sebastian Borgeaud and Arthur Mensch and Elena Buchatskaya and Trevor Cai and "
        "Eliza Rutherford and others",
        "Training Compute-Optimal Large Language Models",
        2022,
        "2203.15556",
    ),
    article(
        "raffel2020exploring",
        "Colin Raffel and Noam Shazeer and Adam Roberts and Katherine Lee and Sharan Narang and "
        "Michael Matena and Yanqi Zhou and Wei Li and Peter J. Liu",
        "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
        2020,
        "Journal of Machine Learning Research",
        "1910.10683",
        volume="21",
        number="140",
        pages="1--67",
    ),
    preprint(
        "radford2022robust",
        "Alec Radford and Jong Wook Kim and Tao Xu and Greg Brockman and Christine McLeavey and "
        "Ilya Sutskever",
        "Robust Speech Recognition via Large-Scale Weak Supervision",
        2022,
        "2212.04356",
    ),
    conference(
        "black2022gpt",
        "Sidney Black and Stella Biderman and Eric Hallahan and Quentin Anthony and Leo Gao and "
        "Laurence Golding and Horace He and Connor Leahy and Kyle McDonell and Jason Phang and "
        "Michael Pieler and Usvsn Sai Prashanth and Shivanshu Purohit and Laria Reynolds and "
        "Jonathan Tow and Ben Wang and Samuel Weinbach",
        "{GPT-NeoX-20B}: An Open-Source Autoregressive Language Model",
        2022,
        r"BigScience Workshop on Challenges \& Perspectives in Creating Large Language Models",
        "2204.06745",
        pages="95--136",
        doi="10.18653/v1/2022.bigscience-1.9",
    ),
    preprint(
        "touvron2023llama",
        "Hugo Touvron and Thibaut Lavril and Gautier Izacard and Xavier Martinet and Marie-Anne Lachaux "
        "and Timothée Lacroix and Baptiste Rozière and Naman Goyal and Eric Hambro and Faisal Azhar and "
        "Aurelien Rodriguez and Armand Joulin and Edouard Grave and Guillaume Lample",
        "{LLaMA}: Open and Efficient Foundation Language Models",
        2023,
        "2302.13971",
    ),
    preprint(
        "touvron2023llama2",
        "Hugo Touvron and Louis Martin and Kevin Stone and Peter Albert and Amjad Almahairi and "
        "Yasmine Babaei and others",
        "{Llama 2}: Open Foundation and Fine-Tuned Chat Models",
        2023,
        "2307.09288",
    ),
    preprint(
        "grattafiori2024llama",
        "Aaron Grattafiori and Abhimanyu Dubey and Abhinav Jauhri and Abhinav Pandey and Abhishek Kadian "
        "and others",
        "The {Llama} 3 Herd of Models",
        2024,
        "2407.21783",
    ),
    preprint(
        "jiang2023mistral",
        "Albert Q. Jiang and Alexandre Sablayrolles and Arthur Mensch and Chris Bamford and "
        "Chaplot, Devendra Singh and Diego de las Casas and Florian Bressand and Gianna Lengyel and "
        "Guillaume Lample and Lucile Saulnier and Lavaud, Lélio Renard and Marie-Anne Lachaux and "
        "Pierre Stock and Le Scao, Teven and Thibaut Lavril and Thomas Wang and Timothée Lacroix and "
        "El Sayed, William",
        "{Mistral 7B}",
        2023,
        "2310.06825",
    ),
    preprint(
        "jiang2024mixtral",
        "Albert Q. Jiang and Alexandre Sablayrolles and Antoine Roux and Arthur Mensch and "
        "Blanche Savary and Chris Bamford and others",
        "{Mixtral} of Experts",
        2024,
        "2401.04088",
    ),
    preprint(
        "yang2024qwen2",
        "An Yang and Baosong Yang and Binyuan Hui and Bo Zheng and Bowen Yu and Chang Zhou and others",
        "{Qwen2} Technical Report",
        2024,
        "2407.10671",
        names=("Qwen2-MoE",),
    ),
    preprint(
        "deepseek2024v2",
        "{DeepSeek-AI}",
        "{DeepSeek-V2}: A Strong, Economical, and Efficient Mixture-of-Experts Language Model",
        2024,
        "2405.04434",
        names=("DeepSeek-V2",),
    ),
    preprint(
        "deepseek2024v3",
        "{DeepSeek-AI}",
        "{DeepSeek-V3} Technical Report",
        2024,
        "2412.19437",
        names=("DeepSeek-V3",),
    ),
    conference(
        "xiong2020layer",
        "Ruibin Xiong and Yunchang Yang and Di He and Kai Zheng and Shuxin Zheng and Chen Xing and "
        "Huishuai Zhang and Yanyan Lan and Liwei Wang and Tie-Yan Liu",
        "On Layer Normalization in the Transformer Architecture",
        2020,
        "ICML",
        "2002.04745",
    ),
    preprint(
        "su2021roformer",
        "Jianlin Su and Yu Lu and Shengfeng Pan and Ahmed Murtadha and Bo Wen and Yunfeng Liu",
        "{RoFormer}: Enhanced Transformer with Rotary Position Embedding",
        2021,
        "2104.09864",
    ),
    conference(
        "press2022train",
        "Ofir Press and Noah A. Smith and Mike Lewis",
        "Train Short, Test Long: Attention with Linear Biases Enables Input Length Extrapolation",
        2022,
        "ICLR",
        "2108.12409",
    ),
    conference(
        "ainslie2023gqa",
        "Joshua Ainslie and James Lee-Thorp and Michiel de Jong and Yury Zemlyanskiy and "
        "Federico Lebrón and Sumit Sanghai",
        "{GQA}: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints",
        2023,
        "EMNLP",
        "2305.13245",
    ),
    conference(
        "dao2022flashattention",
        "Tri Dao and Daniel Y. Fu and Stefano Ermon and Atri Rudra and Christopher Ré",
        "{FlashAttention}: Fast and Memory-Efficient Exact Attention with {IO}-Awareness",
        2022,
        "NeurIPS",
        "2205.14135",
        volume="35",
    ),
    conference(
        "katharopoulos2020transformers",
        "Angelos Katharopoulos and Apoorv Vyas and Nikolaos Pappas and François Fleuret",
        "Transformers are {RNN}s: Fast Autoregressive Transformers with Linear Attention",
        2020,
        "ICML",
        "2006.16236",
    ),
    preprint(
        "yang2023gated",
        "Songlin Yang and Bailin Wang and Yikang Shen and Rameswar Panda and Yoon Kim",
        "Gated Linear Attention Transformers with Hardware-Efficient Training",
        2023,
        "2312.06635",
    ),
    preprint(
        "sun2023retentive",
        "Yutao Sun and Li Dong and Shaohan Huang and Shuming Ma and Yuqing Xia and Jilong Xue and "
        "Jianyong Wang and Furu Wei",
        "Retentive Network: A Successor to {Transformer} for Large Language Models",
        2023,
        "2307.08621",
    ),
    conference(
        "houlsby2019parameter",
        "Neil Houlsby and Andrei Giurgiu and Stanislaw Jastrzebski and Bruna Morrone and "
        "Quentin de Laroussilhe and Andrea Gesmundo and Mona Attariyan and Sylvain Gelly",
        "Parameter-Efficient Transfer Learning for {NLP}",
        2019,
        "ICML",
        "1902.00751",
    ),
    preprint(
        "hu2021lora",
        "Edward J. Hu and Yelong Shen and Phillip Wallis and Zeyuan Allen-Zhu and Yuanzhi Li and "
        "Shean Wang and Lu Wang and Weizhu Chen",
        "{LoRA}: Low-Rank Adaptation of Large Language Models",
        2021,
        "2106.09685",
    ),
)
