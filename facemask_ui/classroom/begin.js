// The last script of the projector's page: all others are there.
"use strict";

beginProjector();
