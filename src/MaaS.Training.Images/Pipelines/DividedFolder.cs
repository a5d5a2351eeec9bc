namespace MaaS.Training.Images.Pipelines;

/// <summary>A folder whose images somebody has divided already.</summary>
/// <param name="Train">What to learn from.</param>
/// <param name="Validation">Null where there is no such folder.</param>
/// <param name="Test">Likewise.</param>
internal sealed record DividedFolder(string Train, string? Validation, string? Test)
{
    private const string TrainName = "train", TestName = "test";

    private static readonly string[] ValidationNames = ["val", "valid", "validation"];

    /// <summary>The parts; null where a folder is not divided: its folders are classes then, also where one of them is
    /// named train.</summary>
    public static DividedFolder? Of(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        var names = new DirectoryInfo(folder).GetDirectories().Select(static d => d.Name)
            .Where(static n => n[0] != '.').ToArray();
        var train = Path.Combine(folder, TrainName);
        if (!names.Contains(TrainName) || names.Except([TrainName, TestName, .. ValidationNames]).Any()
            || Directory.GetDirectories(train).Length == 0)
        {
            return null;
        }

        var validation = names.Intersect(ValidationNames).ToArray();
        return validation.Length > 1
            ? throw new InvalidDataException(
                $"{folder}: expected one folder for validation, got {string.Join(", ", validation)}.")
            : new DividedFolder(
                train, validation is [var one] ? Path.Combine(folder, one) : null,
                names.Contains(TestName) ? Path.Combine(folder, TestName) : null);
    }
}
