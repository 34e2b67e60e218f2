// Starts what every page has. Each module stands alone; what a page lacks costs nothing.
import "./theme-switch.js";
import "./countdown.js";
import "./toasts.js";
import "./dialogs.js";
import "./menus.js";
import "./keys.js";
import "./live.js";
import "./forms.js";
import "./palette.js";
import "./panels.js";
import "./panels.js";
import "./board-live.js";
import { board } from "./board.js";

board();
