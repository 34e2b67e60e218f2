// Starts what every page has. Each module stands alone; what a page lacks costs nothing.
import "./theme-switch.js";
import "./countdown.js";
import "./toasts.js";
import "./notices.js";
import "./focus.js";
import "./dialogs.js";
import "./menus.js";
import "./tabs.js";
import "./keys.js";
import "./live.js";
import "./forms.js";
import "./mentions.js";
import "./palette.js";
import "./filters.js";
import "./panels.js";
import "./choosing.js";
import "./board-live.js";
import "./board-slices.js";
import "./board-edge.js";
import "./order.js";
import { board } from "./board.js";

board();
