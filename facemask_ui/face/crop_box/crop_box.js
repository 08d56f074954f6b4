// The square as an element of a page; the server is told where it came to rest.

export default function ({ data, parentElement, setStateValue }) {
  const crop = (parentElement.crop ??= new CropBox(parentElement));
  crop.show(data, setStateValue);
}
