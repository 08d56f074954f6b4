"""Attack: a slider of epsilon; picture, noise and the model's answer move with it."""

import streamlit as st

from facemask_ui.page import frame

with frame.page("attack", has_stage=True):
    from facemask_ui import lab
    from facemask_ui.choices import class_link, models
    from facemask_ui.face import cropping, pictures, truth
    from facemask_ui.lab import attack_choice, on_device
    from facemask_ui.language import say
    from facemask_ui.page import bench

    hidden = class_link.read_hidden_groups()
    visible = {name: name not in hidden for name in class_link.GROUPS}
    stage, choices = bench.split_bench(
        choices=any(visible[name] for name in ("picture", "model", "attack"))
    )
    with choices:
        with st.container(key="faces"):
            source = (
                pictures.choose_source(on_device.list_sources())
                if visible["picture"]
                else pictures.SAMPLES
            )
            own_device = source == pictures.DEVICE
            if own_device:
                st.caption(say("attack.own.stays"))
            picture = (
                None if own_device else pictures.choose_from(source, visible=visible["picture"])
            )
        if picture is not None:
            region = (
                cropping.choose_folded_crop(picture)
                if visible["picture"]
                else cropping.first_crop(picture)
            )
            label = truth.choose_label(picture)
        model = models.choose_model(visible=visible["model"])
        attack, seed = attack_choice.choose_attack(
            visible=visible["attack"], advanced=visible["advanced"]
        )
    with stage:
        if own_device:
            on_device.show_lab(model, attack, seed, look_further=visible["further"])
            lab.draw_teachers_row(own_picture=True, own_crop=False)
        elif picture is None:
            with st.container(border=True):
                st.markdown(f":material/add_photo_alternate: {say('attack.empty')}")
        else:
            lab.show_lab(
                picture,
                region,
                label,
                model,
                attack,
                seed,
                look_further=visible["further"],
                may_choose_attack=visible["attack"],
            )
