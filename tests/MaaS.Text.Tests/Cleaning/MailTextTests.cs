using System.Text.Json;
using MaaS.Text.Cleaning;

namespace MaaS.Text.Tests.Cleaning;

/// <summary>Mails against Python's email package (Fixtures/make_mails.py).</summary>
public sealed class MailTextTests
{
    private static readonly TextCleaner Mail = new("mail", "whitespace");

    public static IEnumerable<TestCaseData> Mails()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Cleaning", "Fixtures", "mails.json");
        using var mails = JsonDocument.Parse(File.ReadAllText(path));
        foreach (var mail in mails.RootElement.EnumerateArray())
        {
            yield return new TestCaseData(
                mail.GetProperty("raw").GetString(), mail.GetProperty("subject").GetString(),
                mail.GetProperty("text").GetString())
                .SetArgDisplayNames(mail.GetProperty("subject").GetString()!);
        }
    }

    [TestCaseSource(nameof(Mails))]
    public void Clean_Mail_GivesSubjectAndPlainText(string raw, string subject, string text)
        => Assert.That(Mail.Clean(raw), Is.EqualTo(new TextCleaner("whitespace").Clean($"{subject} {text}")));

    [Test]
    public void Clean_OnlyHtml_GivesItsText()
        => Assert.That(
            Mail.Clean(
                "Subject: Hi\nContent-Type: text/html; charset=utf-8\n\n<html><head><style>p{}</style></head><p>Fish "
                    + "&amp; chips</p></html>"),
            Is.EqualTo("Hi Fish & chips"));

    [TestCase("no headers here, just a text")]
    [TestCase("Note: one line with a colon is no mail")]
    [TestCase("")]
    public void Clean_NoMail_StaysAsItIs(string text) => Assert.That(Mail.Clean(text), Is.EqualTo(text));

    [Test]
    public void Clean_AlreadyDecodedText_IsNotDecodedAgain()
        => Assert.That(
            Mail.Clean(
                "From: a@b.org\nSubject: x\nContent-Type: text/plain; charset=iso-8859-1\n\nschon dekodiert: ✓ é"),
            Is.EqualTo("x schon dekodiert: ✓ é"));

    [TestCase(
        "A: b\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nno end", "no end",
        TestName = "Clean_BoundaryNeverCloses_TakesTheRest")]
    [TestCase("A: b\nContent-Transfer-Encoding: base64\n\n!!a\n", "", TestName = "Clean_BrokenBase64_GivesWhatIsThere")]
    [TestCase(
        "A: b\nContent-Type: text/plain; charset=nonsense\n\ncaf\u00e9", "café",
        TestName = "Clean_UnknownCharset_FallsBackToLatin1")]
    [TestCase("A: b\nC: d\n\n=", "=", TestName = "Clean_LoneEqualsSign_Stays")]
    public void Clean_DamagedMail_DoesNotThrow(string raw, string expected)
        => Assert.That(Mail.Clean(raw), Is.EqualTo(expected));
}
