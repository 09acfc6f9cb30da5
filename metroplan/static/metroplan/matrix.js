// A narrow window shows the newest quarters first: they stand on the right.
(function () {
  "use strict";
  for (const box of document.querySelectorAll(".sub-matrix")) box.scrollLeft = box.scrollWidth;
})();
