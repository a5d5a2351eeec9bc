using System.CommandLine;
using MaaS.Training.Data;

namespace MaaS.Cli.CommandLine;

/// <summary>The options that name a data set.</summary>
internal sealed class DataOptions
{
    private static readonly string[] Names = ["mnist", "fashion-mnist"];

    public DataOptions(string defaultName)
    {
        Name.DefaultValueFactory = _ => defaultName;
        Name.AcceptOnlyFromAmong(Names);
    }

    public Option<string> Name { get; } = new("--data") { Description = "The data set.", HelpName = string.Join("|", Names) };

    public Option<DirectoryInfo?> Directory { get; } = new("--data-dir")
    {
        Description = "Folder with your own IDX files (train-images-idx3-ubyte[.gz] and so on); without it, what ./maas setup fetched.",
        HelpName = "folder",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Name);
        command.Options.Add(Directory);
    }

    public TrainTest Load(ParseResult result) => Load(result.GetRequiredValue(Name), result.GetValue(Directory)?.FullName);

    public static TrainTest Load(string name, string? directory = null)
        => name == "mnist" ? Mnist.Load(directory) : FashionMnist.Load(directory);
}
