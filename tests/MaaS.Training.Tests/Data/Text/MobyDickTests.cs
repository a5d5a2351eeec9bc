using MaaS.Training.Data.Text;

namespace MaaS.Training.Tests.Data.Text;

public sealed class MobyDickTests
{
    [Test]
    public void Split_TheNovel_HoldsWholeChaptersBack()
    {
        var book = MobyDick.Read();

        var (train, heldBack) = MobyDick.Split(book, 0.1);

        Assert.That(book, Does.StartWith("CHAPTER 1. Loomings.\n\nCall me Ishmael."));
        Assert.That($"{train}\n\n{heldBack}", Is.EqualTo(book));
        Assert.That(heldBack, Does.StartWith("CHAPTER ").And.Contains("Epilogue"));
        Assert.That((double)heldBack.Length / book.Length, Is.InRange(0.1, 0.13));
    }

    [Test]
    public void Split_TextWithoutChapters_SaysSo()
        => Assert.That(
            () => MobyDick.Split("Call me Ishmael."), Throws.ArgumentException.With.Message.Contains("found none"));

    [Test]
    public void Read_EmptyFolder_NamesTheFile()
        => Assert.That(
            () => MobyDick.Read(TestContext.CurrentContext.TestDirectory),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("moby-dick.txt"));
}
