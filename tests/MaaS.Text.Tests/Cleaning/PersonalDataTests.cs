using MaaS.Text.Cleaning;

namespace MaaS.Text.Tests.Cleaning;

public sealed class PersonalDataTests
{
    // The examples of ISO 13616's registry; in the refused ones a digit, a length or a letter is another.
    [TestCase("GB29 NWBK 6016 1331 9268 19", "<iban>", PersonalDataKind.Iban)]
    [TestCase("NO9386011117947", "<iban>", PersonalDataKind.Iban)]
    [TestCase("pay to FR1420041010050500013M02606, please", "pay to <iban>, please", PersonalDataKind.Iban)]
    [TestCase("GB30 NWBK 6016 1331 9268 19", "GB30 NWBK 6016 1331 9268 19")]
    [TestCase("XX29NWBK", "XX29NWBK")]
    [TestCase("a@example.com, 10.0.0.1", "<email>, <ip>", PersonalDataKind.Email, PersonalDataKind.IpAddress)]
    [TestCase("4111 1111 1111 1111", "<card>", PersonalDataKind.Card)]
    [TestCase("+49 30 1234567", "<phone>", PersonalDataKind.Phone)]
    [TestCase("nothing at all", "nothing at all")]
    public void Mask_OfATextWithPersonalData_MasksItAndSaysWhat(
        string text, string expected, params PersonalDataKind[] kinds)
    {
        List<PersonalDataKind> found = [];
        Assert.That(PersonalData.Mask(text, found.Add), Is.EqualTo(expected));
        Assert.That(found, Is.EqualTo(kinds));
    }
}
