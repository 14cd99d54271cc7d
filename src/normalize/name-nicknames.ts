/**
 * Nicknames after the formal name they stand for, in folded letters; `|` or a line end between names. A nickname in two lines stands for both, and so for
 * neither of them for sure.
 */
export const NICKNAMES = `
robert: bob bobby bobbie rob robbie robby|william: bill billy billie will willy wil liam
richard: dick rick ricky rich richie ritchie dickie|james: jim jimmy jimmie jamie jem|john: jack jackie johnny johnnie jon
jonathan: jon jonny jonno|joseph: joe joey jo jos|charles: charlie charley chuck chas chip chaz|thomas: tom tommy thom
michael: mike mikey mick mickey micky|david: dave davey davy|daniel: dan danny danno|edward: ed eddie eddy ted teddy ned
edmund: ed eddie|edwin: ed eddie|edgar: ed eddie|theodore: ted teddy theo|henry: harry hank hal|harold: harry hal
francis: frank frankie fran|franklin: frank frankie|frances: fran fanny frankie francie|george: georgie geordie|anthony: tony ant
antonia: toni|andrew: andy drew|alexander: alex alec xander sandy zander sasha|alexandra: alex alexa sandra sandy sasha lexi
alexandria: alex lexi|albert: al bert bertie|alfred: alf alfie fred al|alan: al|alvin: al|herbert: herb bert bertie|hubert: bert hugh
gilbert: gil bert|frederick: fred freddie freddy rick|gerald: jerry gerry|jerome: jerry|jeremy: jerry jem|jeremiah: jerry|gerard: gerry
geoffrey: geoff|jeffrey: jeff|gregory: greg gregg|kenneth: ken kenny|leonard: len lenny leo|leonardo: leo|lawrence: larry lawrie laurie
matthew: matt matty|nicholas: nick nicky nico|nicola: nicky nikki|nicole: nicky nikki|patrick: pat paddy
patricia: pat patty patti tricia trish trisha|peter: pete|philip: phil pip|phillip: phil|raymond: ray|raphael: rafe raf
ronald: ron ronnie ronny|roland: rollie ron|donald: don donnie donny|samuel: sam sammy|samantha: sam sammie|stephen: steve stevie
steven: steve stevie|stephanie: steph stephie stevie|timothy: tim timmy|terence: terry|teresa: terry teri tess tessa
theresa: terry teri tess tessa|vincent: vince vinny vinnie|walter: walt wally wat|zachary: zach zack zac zak|zachariah: zach
abraham: abe bram|arthur: art artie|augustus: gus|angus: gus|barnabas: barney|barnaby: barney|bartholomew: bart
benjamin: ben benny benji benjy|bernard: bernie|bernadette: bernie|bradley: brad|bradford: brad|calvin: cal|cameron: cam|camille: cam
christopher: chris kit topher|christian: chris|christine: chris chrissie tina christy|christina: chris chrissie tina christy
clifford: cliff|clinton: clint|curtis: curt|cyril: cy|dennis: denny den|desmond: des|dominic: dom nic|dominick: dom
douglas: doug dougie|duncan: dunc|dwight: ike|eugene: gene|ezekiel: zeke|fitzgerald: fitz|gabriel: gabe|gabrielle: gabby gaby
gordon: gordie gordy|graham: gray|harrison: harry|isaac: ike zac|isabella: bella izzy|isabel: izzy bel|isidore: izzy|jacob: jake
jackson: jack|jason: jay|joshua: josh|julian: jules|julia: jules|kevin: kev|leslie: les|lester: les|lewis: lew lewie|louis: lou louie
louise: lou|luke: lukie|malcolm: malc mal|marcus: marc|martin: marty|maurice: mo|maximilian: max|maxwell: max|melvin: mel|melanie: mel
melissa: mel missy lissa|mitchell: mitch|montgomery: monty|mortimer: mort|nathan: nate nat|nathaniel: nate nat|neville: nev
norman: norm|oliver: ollie olly|olivia: livvy liv|oscar: ozzie|oswald: ozzie oz|percival: percy|randall: randy|randolph: randy
reginald: reg reggie|roderick: rod roddy|rodney: rod roddy|roger: rodge|rudolph: rudy|rupert: rupe|russell: russ rusty
sebastian: seb bastian|sidney: sid|simon: si|solomon: sol solly|spencer: spence|stanley: stan|stuart: stu stew|stewart: stu stew
sylvester: sly|tobias: toby|tristan: tris|ulysses: lys|victor: vic|victoria: vicky vicki vickie tori|virgil: virge|wallace: wally
wesley: wes|wilfred: wilf fred|winston: win winnie|winifred: winnie freda|abigail: abby abbie gail|adelaide: addie|agnes: aggie
amanda: mandy|amelia: millie amy|andrea: andie|angela: angie ange|annabel: bel|annette: annie nettie|anne: annie nan|ann: annie nan
barbara: barb barbie babs|beatrice: bea trixie|beatrix: bea trixie|belinda: bel lindy|bethany: beth|beverly: bev|bridget: biddy bridie
candace: candy|caroline: caro carrie|carolyn: caro carrie|catherine: cathy cath kate|katherine: kathy kath kate katie
kathleen: kathy kath|kathryn: kathy kath kate katie|cecilia: cissy celia|charlotte: lottie lotte|clarissa: clary|constance: connie
cordelia: delia|cornelius: neil|cynthia: cindy|deborah: deb debbie debby debra|debra: deb debbie|delilah: lila|diana: di|diane: di
dorothy: dot dottie dolly|edith: edie|eleanor: ellie nell nellie nora
elizabeth: liz lizzie lizzy beth betty bess bessie betsy libby eliza lisbeth|elisabeth: lisbeth|ellen: nell nellie ellie|emily: em emmy
emma: em|esther: essie hettie|henrietta: hettie etta|eveline: evie|evelyn: evie|felicity: flick fliss|florence: flo flossie
genevieve: gen ginette|georgina: georgie gina|geraldine: gerry|gertrude: gertie trudy|gillian: gill jill|guinevere: gwen
gwendolyn: gwen|harriet: hattie|helena: lena|irene: rene|jacqueline: jackie jacqui|jane: janie|janet: jan|janice: jan
jennifer: jen jenny jenn jennie|jessica: jess jessie|jessamine: jess|joanna: jo joanie|joanne: jo|josephine: jo josie
judith: judy judi jude|julie: jules|kimberly: kim|laura: laurie|lauren: laurie|lillian: lily lil|linda: lindy|lorraine: lori
lucille: lucy|lucinda: lucy cindy|madeleine: maddie maddy|madeline: maddie maddy|magdalena: lena magda
margaret: maggie meg peggy peg madge marge margie meggie daisy|margery: marge margie|martha: marty mattie|matilda: tilly mattie
marilyn: lyn|mary: molly polly mamie|maria: mimi|michelle: shelly shell|mildred: millie|millicent: millie|miranda: randy mandy
miriam: mimi|nancy: nan|natalie: nat|natasha: tasha|pamela: pam|penelope: penny|philippa: pippa pip|phyllis: phyl|priscilla: cilla
prudence: prue|rachel: rach|rebecca: becky becca bex|roberta: bobbie robbie|rosalind: roz|rosamund: roz|rosemary: rosie romy
rose: rosie|sandra: sandy|sarah: sally sadie|shirley: shirl|susan: sue susie suzie suzy|susanna: sue susie|suzanne: sue suzie suzy
sylvia: sylvie|tabitha: tabby|tiffany: tiff|tamara: tammy|tamsin: tammy|ursula: ursie|valerie: val|valentine: val|vanessa: nessa
veronica: ronnie|vivian: viv|vivienne: viv|wilhelmina: mina|yvonne: vonnie|jose: pepe|josefa: pepa
francisco: paco pancho curro paquito kiko|francisca: paca paquita|ignacio: nacho|enrique: kike quique|jesus: chuy chus
manuel: manolo manu lolo|guillermo: memo guille|eduardo: lalo edu|alejandro: ale jandro|alejandra: ale|rafael: rafa|fernando: fer nando
luis: lucho|antonio: tono toni|dolores: lola loli|concepcion: concha conchita|mercedes: merche|rosario: charo|pilar: pili
consuelo: chelo|isabela: chabela|guadalupe: lupe lupita|graciela: chela|roberto: beto|alberto: beto|gerardo: lalo|gonzalo: gonza
salvador: chava|vicente: chente|santiago: santi chago|johannes: hannes|sebastiaan: bas|friedrich: fritz|heinrich: heinz heini
wolfgang: wolfi|josef: sepp pepi|joachim: jochen achim jo|dietrich: dieter|matthias: matze hias|andreas: andi|stefan: steffen
konrad: kurt conny|ludwig: lutz|klemens: klemi|elfriede: elfi friedl|mathilde: tilde|gerhard: gerd|eberhard: ebbo|rudolf: rudi
bernhard: bernd|reinhard: reini|siegfried: siggi sigi|sigmund: sigi|waltraud: traudl|gertrud: trude|hildegard: hilde|brunhilde: hilde
ulrich: uli|ulrike: uli|ruediger: rudi|francois: fanfan|frederic: fred frede|jacques: jacquot|dominique: domi
aleksandr: sasha sanya shura|aleksandra: sasha sanya shura|mikhail: misha|dmitri: dima mitya|dmitry: dima mitya|vladimir: vova volodya
vladislav: vlad slava|vyacheslav: slava|aleksei: alyosha lyosha|alexey: alyosha lyosha|sergei: seryozha|sergey: seryozha|nikolai: kolya
nikolay: kolya|konstantin: kostya|pavel: pasha|pyotr: petya|petr: petya|ivan: vanya|boris: borya|yevgeny: zhenya|yevgenia: zhenya
evgeny: zhenya|ekaterina: katya|yekaterina: katya|tatiana: tanya|tatyana: tanya|natalia: natasha|nataliya: natasha|anastasia: nastya
yelena: lena|elena: lena|olga: olya|irina: ira|svetlana: sveta|lyudmila: lyuda mila|ludmila: lyuda mila|galina: galya|valentina: valya
anatoly: tolya|grigory: grisha|yuri: yura
`;

/**
 * Nicknames that are as often the name in the passport, so that they stand for no other for sure.
 */
export const INDEPENDENT =
  'jack harry charlie frank max leo theo alfie jamie liam sandra amy eliza lucy daisy molly lily rosie ellie natasha neil kurt dieter celia nora alexa tamara ' +
  'gail bella drew kim lena mina gwen hugh ray toby marc eddie penny jude gina jenny mila vlad heinz fritz steffen bernd gerd';

/** Common given names without a nickname above: what tells a middle name from a family name. */
export const OTHER_GIVEN_NAMES =
  'adam adrian aaron alice alicia alison amber ana andre anita anna april aurora axel beate bella birgit brian bruno carl carla carlos carmen catalina chloe ' +
  'clara claire claudia claus cristina dagmar dana daniela danielle darren dean denise diego dirk dora dylan elaine elena elise ella ellie elsa eric erica erik erika ernst eva fabian fatima ' +
  'felix fiona florian franz gabriela gary giovanni giulia glenn grace greta guido gustav hanna hannah hans harvey heather heidi helen helga holger holly horst hugo ian ines inga ingo ingrid ' +
  'ivy jan javier jean jeanne jens jochen jill joan joao jorg jorge joyce juan juana juergen julio jurgen karen karin karl karla katja klaus lara lars laurent lea leah lee lena leon lisa lorenzo louisa luca lucas lucia ' +
  'luigi luisa luz lynn manfred manuela marc marco margarita marian marie marina mario marion mark marlene mateo mathieu maya megan mia miguel milan monica monika mohammed muhammad nadia naomi nina nora olaf ' +
  'oskar otto pablo paolo paul paula paulo pedro petra pierre rafaela ralf ralph ramon raquel raul renate ricardo rita rolf rosa ruben ruth sabine sergio silvia sofia sonia sophia sophie stella sven sylvie teresa thierry ' +
  'tina tobias tracy udo ute uwe vera victor wendy werner yolanda yves xavier zoe';
