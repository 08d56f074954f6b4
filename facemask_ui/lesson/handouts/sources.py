"""The sources of the lesson; titles stay in their own language."""

from __future__ import annotations

SOURCES = (
    "C. Szegedy et al.: Intriguing properties of neural networks. ICLR 2014. arXiv:1312.6199",
    "I. Goodfellow, J. Shlens, C. Szegedy: Explaining and harnessing adversarial examples. "
    "ICLR 2015. arXiv:1412.6572",
    "N. Papernot, P. McDaniel, I. Goodfellow: Transferability in machine learning: from phenomena "
    "to black-box attacks using adversarial samples. 2016. arXiv:1605.07277",
    "A. Madry et al.: Towards deep learning models resistant to adversarial attacks. ICLR 2018. "
    "arXiv:1706.06083",
    "A. Athalye, N. Carlini, D. Wagner: Obfuscated gradients give a false sense of security. "
    "ICML 2018. arXiv:1802.00420",
    "M. Mitchell et al.: Model cards for model reporting. FAT* 2019. arXiv:1810.03993",
    "N. Carlini et al.: On evaluating adversarial robustness. 2019. arXiv:1902.06705",
    "E. Monk: The Monk skin tone scale. 2019. skintone.google",
    "F. Miao, K. Shiohira, N. Lao: AI competency framework for students. UNESCO 2024. "
    "doi.org/10.54675/JKJB9835",
    "OECD and European Commission: Empowering learners for the age of AI: an AI literacy framework "
    "for primary and secondary education. 2026",
    "Face mask image classification using fine-tuning and the effect of FGSM and PGD attacks. "
    "IJFMR: the paper this lab follows",
)
