/**
 * The second file of the CDN build, which `extras-file.ts` in the first one loads. The build takes lit from the tag, so
 * that both files have the same.
 */
import type { ExtrasTag } from './extras-file.js';
import { extras } from './ui/extras.js';
import { panelStyles } from './ui/panel-styles.js';

(document.currentScript as ExtrasTag).take(extras, panelStyles.cssText);
