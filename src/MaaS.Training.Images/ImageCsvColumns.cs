namespace MaaS.Training.Images;

/// <summary>Names of a CSV's columns.</summary>
/// <param name="Path">Path of the image, relative to the CSV's folder or absolute.</param>
/// <param name="Label">Class name.</param>
public sealed record ImageCsvColumns(string Path = "path", string Label = "label");
